import process from "node:process";
import { serve } from "../plugin/host.ts";
import { shiftDate } from "../time/system-clock.ts";
import { moduleInProcess } from "./module-subject.ts";
import { realWorld } from "./wiring.ts";

// The process that a module of the user's own runs in: plugin-host.js NAME MODULE. All the rest it is told on standard input.
const [name = "", path = ""] = process.argv.slice(2);
const days = Number(process.env["FIELDTAPE_SUBJECT_DAYS"] ?? 0);
if (Number.isSafeInteger(days) && days !== 0) shiftDate(days);
await serve((config) => moduleInProcess(name, path, config), realWorld({ sleep: "coarse" }).clock);
process.exit();
