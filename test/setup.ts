import process from "node:process";

// Determinism must not hang on the machine's time zone or locale: tests run in an awkward one of each.
process.env["TZ"] = "Asia/Kathmandu";
process.env["LC_ALL"] = "tr_TR.UTF-8";
