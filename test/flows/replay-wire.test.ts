import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream, existsSync, readFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { needs } from "../needs.ts";
import { fieldtape, jsonLines, startFieldtape } from "./command-line.ts";
import { METER, project } from "./replay-tapes.ts";

/** Answers each line with a word and the line. */
async function program(word: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    createInterface({ input: socket }).on("line", (line) => socket.write(`${word} ${line}\n`));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const play = (cwd: string, ...args: string[]) =>
  fieldtape(["replay", "a.tape.jsonl", "--speed", "20", ...args], { cwd });

describe("a live program", () => {
  test("behind a TCP port hears the tape; its answers are shown, compared and recorded in tape time", async () => {
    const cwd = project(METER);
    const port = await program("ack");
    const { code, stdout, stderr } = await play(
      cwd,
      "--to",
      `tcp:127.0.0.1:${port}`,
      "--out",
      "answers.tape.jsonl",
      "--json",
    );
    expect(code).toBe(0);
    expect(
      jsonLines(stdout)
        .map(({ text }) => text)
        .join(""),
    ).toBe("ack one\nack two\n");
    expect(stderr).toMatch(/lateness p50 .*, p99 .*, max /);
    const tape = jsonLines(readFileSync(join(cwd, "answers.tape.jsonl"), "utf8"));
    expect(tape.map(({ type }) => type).filter((type) => type !== "raw")).toEqual(["header", "channel", "end"]);
    const ats = tape.flatMap(({ at }) => (typeof at === "number" ? [at] : []));
    expect(ats).toEqual(ats.toSorted((a, b) => a - b));
    // Twenty times as fast: by the clock on the wall "two" was played after 50 ms.
    expect(ats.at(-2)).toBeGreaterThan(1_002_000_000);
    const again = await play(cwd, "--to", `tcp:127.0.0.1:${port}`, "--against", "answers.tape.jsonl");
    expect(again.code).toBe(0);
    expect(again.stderr).toContain("8 bytes played, 16 bytes answered");
  });

  test("that answers otherwise diverges, from the tape and from a golden", async () => {
    const cwd = project(METER);
    const port = await program("nak");
    const strict = await play(cwd, "--to", `tcp:127.0.0.1:${port}`);
    expect(strict.code).toBe(1);
    expect(strict.stdout).toContain("byte 0 of what was sent on channel 0 (recorded in a.tape.jsonl, line 3)");
    const waiting = await play(cwd, "--to", `tcp:127.0.0.1:${port}`, "--policy", "wait", "--patience", "50ms");
    expect(waiting.code).toBe(1);
    const golden = await play(cwd, "--to", `tcp:127.0.0.1:${port}`, "--against", "a.tape.jsonl");
    expect(golden.code).toBe(1);
  });

  test("that is not there, or whose port is taken, is the outside's failure", async () => {
    const cwd = project(METER);
    expect((await play(cwd, "--to", "tcp:127.0.0.1:1")).code).toBe(3);
    const port = await program("ack");
    const taken = await play(cwd, "--listen", `tcp:127.0.0.1:${port}`);
    expect(taken).toMatchObject({ code: 3, stderr: expect.stringContaining("another program listens there") });
  });

  test("connects to us, in turn, and may be answered by the device's part", async () => {
    const cwd = project(METER);
    const args = [
      "replay",
      "a.tape.jsonl",
      "--listen",
      "tcp:127.0.0.1:0",
      "--play",
      "tx",
      "--policy",
      "wait",
      "--speed",
      "20",
    ];
    const running = startFieldtape(args, { cwd });
    const said = await running.stderrMatches(/listening on tcp:127\.0\.0\.1:(\d+)/);
    const port = Number(/:(\d+)\n/.exec(said)?.[1]);
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    onTestFinished(() => void socket.destroy());
    // The device's part of the tape: what it said first is owed before it hears anything.
    socket.write("one\n");
    createInterface({ input: socket }).on("line", (line) => {
      if (line === "ack one") socket.write("two\n");
    });
    expect((await running.finished).code).toBe(0);
  });

  needs("socat")("hangs on a serial line", async () => {
    const cwd = project(METER);
    const socat = spawn("socat", ["pty,raw,echo=0,link=near", "pty,raw,echo=0,link=far"], { cwd, stdio: "ignore" });
    onTestFinished(() => void socat.kill());
    while (!existsSync(join(cwd, "far")) || !existsSync(join(cwd, "near"))) await setTimeout(10);
    const input = createReadStream(join(cwd, "far")).on("error", () => {});
    const output = createWriteStream(join(cwd, "far"));
    onTestFinished(() => {
      input.destroy();
      output.destroy();
    });
    const lines = createInterface({ input }).on("line", (line) => output.write(`ack ${line}\n`));
    lines.on("error", () => {}); // the line hangs up when it is closed
    const { code, stdout } = await play(cwd, "--to", "serial:near,115200,8N1", "--policy", "wait", "--json");
    expect({
      code,
      text: jsonLines(stdout)
        .map(({ text }) => text)
        .join(""),
    }).toEqual({ code: 0, text: "ack one\nack two\n" });
  });
});
