import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { needs } from "../needs.ts";
import { fieldtape, jsonLines, startFieldtape } from "./command-line.ts";
import { METER, project } from "./replay-tapes.ts";
import { isGone, runs } from "./running-process.ts";

const PYTHON_METER = `python3 '${resolve(import.meta.dirname, "spawned-meter.py")}'`;

const HEADER = JSON.stringify({
  ...{ type: "header", format: "fieldtape", schema: 2, id: "a", started: "2020-02-29T12:00:00.000000Z", segment: 0 },
  ...{ offset: "0", previous: null, recorder: { version: "0", git: "0" }, requires: [], meta: {} },
});

const args = (command: string, ...more: string[]): string[] => [
  ...["replay", "a.tape.jsonl", "--speed", "20", "--spawn", `${PYTHON_METER} ${command}`],
  ...(more.includes("--policy") ? [] : ["--policy", "wait"]),
  ...more,
];
const play = (cwd: string, command: string, ...more: string[]) =>
  fieldtape(args(command, ...more), { cwd, env: { LC_ALL: "C" } });
const said = (stdout: string): string =>
  jsonLines(stdout)
    .map(({ text }) => text)
    .join("");

describe("a program that is started for a replay", () => {
  needs("python3")("listens on the port that it is given, and is ended with all that it has started", async () => {
    const cwd = project(METER);
    const { code, stdout, stderr } = await play(
      cwd,
      "server {port} ack --child pids",
      "--json",
      "--out",
      "b.tape.jsonl",
    );
    expect({ code, said: said(stdout) }).toEqual({ code: 0, said: "ack one\nack two\n" });
    expect(stderr).toContain("the program python3 was ended here (was killed by SIGTERM)");
    const pids = readFileSync(join(cwd, "pids"), "utf8").split(" ").map(Number);
    for (const pid of pids) expect(await isGone(pid)).toBe(true);
    expect(readFileSync(join(cwd, "b.tape.jsonl"), "utf8")).toContain('"text":"ack one\\n"');
  });

  needs("python3")("connects to the port that it is given; its words are kept where they are asked for", async () => {
    const cwd = project(METER);
    const { code, stdout } = await play(
      ...([cwd, `client {port} ack --say 'hello "there"'`] as const),
      ...["--spawn-as", "client", "--spawn-log", "meter.log", "--json"],
    );
    expect({ code, said: said(stdout) }).toEqual({ code: 0, said: "ack one\nack two\n" });
    const log = readFileSync(join(cwd, "meter.log"), "utf8");
    expect(
      log
        .split("\n")
        .filter((line) => line !== "")
        .toSorted(),
    ).toEqual(['hello "there"', "on stderr"]);
  });

  needs("python3", "socat")("opens a pseudo-terminal as its serial port", async () => {
    const cwd = project(METER);
    const { code, stdout } = await play(cwd, "pty {pty}", "--json");
    expect({ code, said: said(stdout) }).toEqual({ code: 0, said: "ack one\nack two\n" });
  });

  needs("python3")("that answers otherwise diverges", async () => {
    const { code, stdout } = await play(project(METER), "server {port} nak");
    expect({ code, told: stdout.includes("byte 0 of what was sent on channel 0") }).toEqual({ code: 1, told: true });
  });

  needs("python3")("that dies in the middle is an outcome: the record, how it ended, its last words", async () => {
    const cwd = project(METER);
    const { code, stderr } = await play(
      cwd,
      "server {port} ack --die-at two",
      "--policy",
      "none",
      "-o",
      "b.tape.jsonl",
    );
    expect(code).toBe(5);
    expect(stderr).toMatch(/a\.tape\.jsonl:6: the program python3 ended with exit code 3 after this record/);
    expect(stderr).toContain("cannot bear two");
    // What it had answered until then is kept, its last bytes as well.
    const tape = readFileSync(join(cwd, "b.tape.jsonl"), "utf8");
    expect(tape).toContain("ack one");
    expect(tape).toContain("last words");
  });

  needs("python3")(
    "that leaves politely while there is more to send is an outcome as well; after the last record it may",
    async () => {
      const early = await play(project(METER), "server {port} ack --leave-at one");
      expect(early.code).toBe(5);
      expect(early.stderr).toMatch(/a\.tape\.jsonl:5: the program python3 ended with exit code 0/);
      const late = await play(project(METER), "server {port} ack --leave-at two");
      expect({ code: late.code, told: late.stderr.includes("the program python3 ended with exit code 0") }).toEqual({
        ...{ code: 0, told: true },
      });
    },
  );

  needs("python3")("that is never there is named with its last words", async () => {
    const cwd = project(METER);
    const deaf = await play(cwd, "server {port} ack --say thinking --deaf", "--spawn-within", "3s");
    expect(deaf.code).toBe(5);
    expect(deaf.stderr).toMatch(/does not listen on the port[\s\S]*thinking/);
    const dead = await play(cwd, "nowhere {port}", "--spawn-as", "server");
    expect(dead.code).toBe(5);
    expect(dead.stderr).toMatch(/ended with exit code 1[\s\S]*FileNotFoundError/);
  });

  test("that cannot be started is the outside's failure", async () => {
    const missing = await fieldtape(["replay", "a.tape.jsonl", "--spawn", "./no-such-meter {port}"], {
      cwd: project(METER),
    });
    expect({ code: missing.code, told: missing.stderr.includes("there is no such program") }).toEqual({
      code: 3,
      told: true,
    });
  });

  needs("python3")("is ended on Ctrl-C, with all that it has started", async () => {
    const cwd = project(METER);
    const running = startFieldtape(args("server {port} ack --child pids", "--drain", "600s"), { cwd });
    while (!existsSync(join(cwd, "pids")) || !/ \d/.test(readFileSync(join(cwd, "pids"), "utf8"))) await setTimeout(20);
    const pids = readFileSync(join(cwd, "pids"), "utf8").split(" ").map(Number);
    expect(pids.map(runs)).toEqual([true, true]);
    running.child.kill("SIGINT");
    expect((await running.finished).code).toBe(130);
    for (const pid of pids) expect(await isGone(pid)).toBe(true);
  });

  needs("python3", "faketime")("lives at the date of the tape, as fast as the replay", async () => {
    const cwd = project([HEADER, ...METER]);
    const { code, stderr } = await play(cwd, "server {port} ack --date dates", "--faketime");
    expect(code).toBe(0);
    expect(stderr).not.toContain("the program faketime");
    const [one = 0, two = 0] = readFileSync(join(cwd, "dates"), "utf8").trim().split("\n").map(Number);
    const began = Date.UTC(2020, 1, 29, 12) / 1000;
    expect(one).toBeGreaterThanOrEqual(began);
    // It heard the second when a second of the tape had passed: 50 ms here, a second and more for the program.
    expect(two - began).toBeGreaterThanOrEqual(1);
    expect(two).toBeGreaterThan(one);
    const undated = await play(project(METER), "server {port}", "--faketime");
    expect({ code: undated.code, told: undated.stderr.includes("no header") }).toEqual({ code: 2, told: true });
  });

  needs("python3")(
    "needs faketime and socat only where they are asked for, and says that they are missing",
    async () => {
      const cwd = project(METER);
      const env = { PATH: join(cwd, "nothing") };
      const node = process.execPath;
      const bare = (...more: string[]) => fieldtape(["replay", "a.tape.jsonl", ...more], { cwd, env });
      const pty = await bare("--spawn", `${node} {pty}`);
      expect({ code: pty.code, told: pty.stderr.includes("socat, which is not installed") }).toEqual({
        code: 3,
        told: true,
      });
      writeFileSync(join(cwd, "a.tape.jsonl"), [HEADER, ...METER, ""].join("\n"));
      const faked = await bare("--spawn", `${node} {port}`, "--faketime");
      expect({ code: faked.code, told: faked.stderr.includes("needs the program faketime") }).toEqual({
        code: 3,
        told: true,
      });
    },
  );
});
