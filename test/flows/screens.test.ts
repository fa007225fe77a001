import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { device } from "../link/loopback.ts";
import { needs } from "../needs.ts";
import { content, recordsOf } from "../tape/tape-files.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fieldtape } from "./command-line.ts";
import { openTestTerminal } from "./terminal.ts";

const SENTENCE = "$GPGLL,5107.0013,N,01402.2040,E,120000,A*29\r\n";

/** A receiver that says a sentence ten times a second. */
async function receiver(): Promise<string> {
  const { server, address } = await device((socket) => {
    const timer = setInterval(() => socket.write(SENTENCE), 100);
    socket.on("error", () => {});
    socket.on("close", () => clearInterval(timer));
  });
  onTestFinished(() => {
    server.close();
  });
  return `127.0.0.1:${address.port}`;
}

const recordArgs = (to: string): string[] => ["record", "tcp", "--to", to, "--no-config", "-o", "a.tape.jsonl", "--ui"];

function aTape(folder: string): string {
  const header = {
    ...{ type: "header", format: "fieldtape", schema: 2, id: "a", started: "2026-11-20T12:00:00.000000Z", segment: 0 },
    ...{ offset: "0", previous: null, recorder: { version: "0", git: "0" }, requires: [], meta: {} },
  };
  const channel = { type: "channel", at: 0, channel: 0, name: "gps", kind: "stream", source: "test", settings: {} };
  const reads = Array.from({ length: 20 }, (_, index) => ({
    ...{ type: "raw", at: index * 500_000_000, channel: 0, dir: "rx", text: SENTENCE },
  }));
  const lines = [header, channel, ...reads].map((record) => `${JSON.stringify(record)}\n`);
  writeFileSync(join(folder, "a.tape.jsonl"), lines.join(""));
  return "a.tape.jsonl";
}

describe("record --ui", () => {
  test("says that it needs a terminal, and records nothing", async () => {
    const folder = temporaryFolder();
    const { code, stderr } = await fieldtape(recordArgs("127.0.0.1:9"), { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain("needs a terminal");
    expect(readdirSync(folder)).toEqual([]);
  });

  needs("tmux", "bash")("shows the recording, puts marks, survives other sizes and stops cleanly", async () => {
    const folder = temporaryFolder();
    const terminal = openTestTerminal(folder, recordArgs(await receiver()));
    await terminal.shows(/recording {2}00:0\d[\s\S]*rx +\d+ B\/s[\s\S]*no losses[\s\S]*open[\s\S]*\$GPGLL/);
    terminal.press("m");
    terminal.type("Mpump on");
    terminal.press("Enter");
    await terminal.shows(/2 marks \(mark 1, pump on\)/);
    terminal.resize(160, 50);
    await terminal.shows(/\? help\s*$/);
    terminal.resize(60, 15);
    await terminal.shows(/\$GPGLL[\s\S]*m mark/);
    terminal.press("q");
    expect(await terminal.shows(/exit \d/)).toMatch(/stopped after[\s\S]*exit 0/);
    const records = content(await recordsOf(join(folder, "a.tape.jsonl")));
    expect(records.filter(({ type }) => type === "mark")).toMatchObject([{ label: "mark 1" }, { label: "pump on" }]);
  });

  needs("tmux", "bash")("is only a window: when it is killed the recording goes on until it is stopped", async () => {
    const folder = temporaryFolder();
    const control = join(folder, "control");
    const terminal = openTestTerminal(folder, [...recordArgs(await receiver()), "--control", `unix:${control}`]);
    await terminal.shows(/\$GPGLL/);
    process.kill(terminal.pid, "SIGKILL");
    const { connectControl } = await import("../../src/recorder/control-client.ts");
    await using client = await connectControl(control);
    let before: number | undefined;
    let last = "";
    for await (const status of client.statuses) {
      before ??= status.rx.reads;
      last = status.state;
      if (status.rx.reads > before + 3) client.stop();
    }
    expect(last).toBe("stopped");
    expect((await recordsOf(join(folder, "a.tape.jsonl"))).at(-1)).toMatchObject({ type: "end", reason: "stop" });
  });

  needs("tmux", "bash")("can be left while the recording goes on", async () => {
    const folder = temporaryFolder();
    const terminal = openTestTerminal(folder, recordArgs(await receiver()));
    await terminal.shows(/\$GPGLL/);
    terminal.press("d");
    const [, pid] = /as process (\d+)/.exec(await terminal.shows(/exit 0/)) ?? [];
    process.kill(Number(pid), "SIGINT");
  });

  needs("tmux", "bash")("passes on what the recorder refuses, and its exit code", async () => {
    const folder = temporaryFolder();
    aTape(folder);
    const terminal = openTestTerminal(folder, recordArgs(await receiver()));
    expect(await terminal.shows(/exit \d/)).toMatch(/a\.tape\.jsonl is already there[\s\S]*exit 2/);
  });
});

describe("replay --ui", () => {
  test("says that it needs a terminal", async () => {
    const folder = temporaryFolder();
    const tape = aTape(folder);
    const { code, stderr } = await fieldtape(["replay", tape, "-s", "nmea", "--ui", "--no-config"], { cwd: folder });
    expect({ code, told: stderr.includes("needs a terminal") }).toEqual({ code: 2, told: true });
  });

  needs("tmux", "bash")("steps, steps back, seeks, breaks and plays, hex beside frames beside state", async () => {
    const folder = temporaryFolder();
    const tape = aTape(folder);
    const terminal = openTestTerminal(folder, ["replay", tape, "-s", "nmea", "--ui", "--no-config"]);
    await terminal.shows(/paused[\s\S]*hex[ \S]*frames +state[\s\S]*00:09\.500|paused[\s\S]*00:09\.500[\s\S]*state/);
    for (let step = 0; step < 6; step += 1) terminal.press("n");
    await terminal.shows(/channel 0 rx[\s\S]*24 47 50 47[\s\S]*/);
    terminal.type("g4s");
    terminal.press("Enter");
    await terminal.shows(/at 4\.000000 s[\s\S]*cold/);
    terminal.press("n");
    await terminal.shows(/4\.000 rx \$GPGLL/);
    terminal.press("p");
    await terminal.shows(/at 4\.000000 s[ \S]*(cold|warm)|at 3\.5/);
    terminal.resize(160, 50);
    await terminal.shows(/hex channel 0 rx {20}/);
    terminal.type("bat = = 3");
    terminal.press("Enter");
    await terminal.shows(/expected a value after/);
    terminal.type('bvalue.formatter = "GLL"');
    terminal.press("Enter", "Space");
    await terminal.shows(/paused[\s\S]*stopped at line/);
    terminal.press("End");
    await terminal.shows(/ended/);
    terminal.press("q");
    await terminal.shows(/exit 0/);
  });
});
