import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { deadAddress, device } from "../link/loopback.ts";
import { recordsOf } from "../tape/tape-files.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";

const record = (folder: string, ...args: string[]) => fieldtape(["record", ...args, "--no-config"], { cwd: folder });

describe("fieldtape record says what is wrong, and begins no tape", () => {
  test.each([
    [["tcp"], /give --listen, --to, or both/],
    [["tcp", "--to", "plc"], /"plc" is no address.*\n.*192\.168\.1\.10:502/],
    [["stdin", "--rotate", "many"], /neither a size nor a duration/],
    [["stdin", "--also", "usb:1"], /"usb:1" is no source/],
    [["stdin", "--events", "-"], /standard input can be read once/],
    [["stdin", "--buffer", "12"], /--buffer 12/],
    [["stdin", "--decode", "no-such"], /there is no subject "no-such"/],
    [["stdin", "--decode", "lines", "--options", "{"], /the options are no JSON/],
    [["serial", "/dev/ttyNONE0", "--format", "9X9"], /"9X9" is no serial format/],
    [["stdin", "--control", "9000"], /no local socket/],
    [["stdin", "-o", ""], /the name of the file to write is empty/],
    [["stdin", "--duration", "soon"], /"soon" is no duration/],
    [["serial"], /port/],
  ])("%j is wrong usage", async (args, words) => {
    const folder = temporaryFolder();
    const { code, stderr } = await record(folder, ...args);
    expect(stderr).toMatch(words);
    expect({ code, files: readdirSync(folder) }).toEqual({ code: 2, files: [] });
  });

  test("a port in use", async () => {
    const folder = temporaryFolder();
    const { server, address } = await device(() => {});
    const { code, stderr } = await record(
      folder,
      "tcp",
      "--listen",
      `127.0.0.1:${address.port}`,
      "--to",
      "127.0.0.1:1",
    );
    server.close();
    expect(stderr).toMatch(/cannot listen on 127\.0\.0\.1:\d+ \(EADDRINUSE\)\n {2}another program listens there/);
    expect({ code, files: readdirSync(folder) }).toEqual({ code: 3, files: [] });
  });

  test("a device that is not there", async () => {
    const folder = temporaryFolder();
    const dead = await deadAddress();
    const { code, stderr } = await record(folder, "tcp", "--to", `127.0.0.1:${dead.port}`);
    expect(stderr).toMatch(/is the device on/);
    expect({ code, files: readdirSync(folder) }).toEqual({ code: 3, files: [] });
  });

  test("a serial port that is not there", async () => {
    const folder = temporaryFolder();
    const { code, stderr } = await record(folder, "serial", "/dev/ttyNONE0");
    expect(stderr).toMatch(/cannot open the serial port \/dev\/ttyNONE0/);
    expect({ code, files: readdirSync(folder) }).toEqual({ code: 3, files: [] });
  });

  test("a tape that exists is never overwritten, unless that is asked for", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "a.tape.jsonl"), "precious");
    const refused = await record(folder, "stdin", "-o", "a.tape.jsonl");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/a\.tape\.jsonl is already there\n.*--force/);
    const forced = await record(folder, "stdin", "-o", "a.tape.jsonl", "--force");
    expect(forced.code).toBe(0);
    expect((await recordsOf(join(folder, "a.tape.jsonl"))).at(-1)).toMatchObject({ type: "end", reason: "eof" });
  });

  test.runIf(existsSync("/proc/self"))("a folder that nobody can write to", async () => {
    const { code, stderr } = await record(temporaryFolder(), "stdin", "-o", "/proc/a.tape.jsonl");
    expect(stderr).toMatch(/cannot write \/proc\/a\.tape\.jsonl/);
    expect(code).toBe(3);
  });
});

test("a disk that gets full stops the recording with exit 3 and a valid tape", async () => {
  const folder = temporaryFolder();
  const program = resolve(import.meta.dirname, "../../bin/run.js");
  // A limit on the size of files stands in for the disk: the system refuses to write beyond it.
  const command = 'ulimit -f 2000; exec "$0" "$1" record stdin -o a.tape.jsonl --no-config';
  const child = spawn("sh", ["-c", command, process.execPath, program], {
    cwd: folder,
    stdio: ["pipe", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  child.stdin.on("error", () => {});
  const feeding = setInterval(() => child.stdin.write(Buffer.alloc(10_000, "x")), 1);
  const [code] = await once(child, "close");
  clearInterval(feeding);
  expect(stderr).toMatch(/the disk is full/);
  expect(code).toBe(3);
  const records = await recordsOf(join(folder, "a.tape.jsonl"));
  expect(records.filter(({ type }) => type === "raw").length).toBeGreaterThan(5);
});
