import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { expect } from "vitest";
import { openSerialPort } from "../../src/link/serial.ts";
import { SERIAL_DEFAULTS } from "../../src/link/serial-settings.ts";
import { changesOf } from "../link/loopback.ts";
import { ptyPair } from "../link/pty-pair.ts";
import { needs } from "../needs.ts";
import { recordsOf } from "../tape/tape-files.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startFieldtape } from "./command-line.ts";

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((settle) => setTimeout(settle, 5));
}

needs("socat")("a serial port is recorded through an unplugging, with its sentences decoded", async () => {
  const folder = temporaryFolder();
  const tape = join(folder, "a.tape.jsonl");
  await using pty = await ptyPair();
  const running = startFieldtape([
    "record",
    "serial",
    pty.near,
    "--baud",
    "4800",
    "--decode",
    "nmea",
    "-o",
    tape,
    "--no-config",
  ]);
  expect(await running.stderrMatches(/only you/)).toContain(`recording serial port ${pty.near} at 4800 8N1`);
  const before = await openSerialPort(pty.far, SERIAL_DEFAULTS);
  before.stream.write("$GPGGA,1*4B\r\n$GPG");
  await until(() => /"\$GPGGA/.test(readFileSync(tape, "utf8")));
  await before.close();
  await pty.unplug();
  await until(() => /"gap"/.test(readFileSync(tape, "utf8")));
  await pty.plug();
  await until(() => /"open","dir":"rx"/.test(readFileSync(tape, "utf8")));
  const after = await openSerialPort(pty.far, SERIAL_DEFAULTS);
  after.stream.write("$GPGGA,2*48\r\n");
  await until(() => /"\$GPGGA,2/.test(readFileSync(tape, "utf8")));
  running.child.kill("SIGINT");
  const { code, stderr } = await running.finished;
  expect(code).toBe(0);
  expect(stderr).toMatch(/: the link is lost \(hung up\)\n.*: the link is open again\n.*1 gap of unknown length/);
  await after.close();
  const records = await recordsOf(tape);
  const arrivals = records.flatMap((record) => (record.type === "link" ? [record] : []));
  expect(changesOf(arrivals)).toEqual(["open", "lost rx hung up", "open rx", "close stop"]);
  const values = records.flatMap((record) => (record.type === "output" ? [record.value] : []));
  expect(values).toMatchObject([
    { type: "frame", sentence: "$GPGGA,1*4B" },
    { type: "fault", fault: "interrupted" },
    { type: "frame", sentence: "$GPGGA,2*48" },
  ]);
});

needs("script")("at a terminal the keys m and r mark and begin a new segment, and q stops", async () => {
  const folder = temporaryFolder();
  const program = resolve(import.meta.dirname, "../../bin/run.js");
  const command = `${process.execPath} ${program} record tcp --listen 127.0.0.1:0 -o a.tape.jsonl --no-config`;
  const terminal = spawn("script", ["-qec", command, "/dev/null"], { cwd: folder });
  let shown = "";
  terminal.stdout.setEncoding("utf8").on("data", (text) => {
    shown += text;
  });
  const over = new Promise((settle) => terminal.once("close", settle));
  await until(() => /m puts a mark/.test(shown));
  terminal.stdin.write("m");
  await until(() => /mark 1/.test(readFileSync(join(folder, "a.tape.jsonl"), "utf8")));
  await until(() => /00:0\d {2}rx 0 B \(0 B\/s\).*no losses {2}1 mark/.test(shown));
  terminal.stdin.write("r");
  await until(() => /"reason":"rotate"/.test(readFileSync(join(folder, "a.tape.jsonl"), "utf8")));
  terminal.stdin.write("q");
  expect(await over).toBe(0);
  expect((await recordsOf(join(folder, "a.0001.tape.jsonl"))).at(-1)).toMatchObject({ type: "end", reason: "stop" });
});
