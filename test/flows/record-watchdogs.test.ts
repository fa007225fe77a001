import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { needs } from "../needs.ts";
import { content, recordsOf } from "../tape/tape-files.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { type Running, startFieldtape } from "./command-line.ts";
import { EchoLoad, echoDevice, messagesOn } from "./echo-load.ts";
import { isGone } from "./running-process.ts";
import { openTestTerminal, type TestTerminal } from "./terminal.ts";

/** What a recording promises on stderr, in ms. */
const PROMISED = 50;

interface Shown {
  readonly folder: string;
  readonly tape: string;
  readonly terminal: TestTerminal;
  readonly load: EchoLoad;
}

/** A tap that is recorded with a screen, under load. */
async function shownRecording(): Promise<Shown> {
  const folder = temporaryFolder();
  const args = ["record", "tcp", "--listen", "127.0.0.1:0", "--to", await echoDevice(), "-o", "a.tape.jsonl"];
  const env = [`FIELDTAPE_STATE=${join(folder, "state")}`];
  const terminal = openTestTerminal(folder, [...args, "--no-config", "--ui"], { env });
  const [, port] = /tap 127\.0\.0\.1:(\d+)/.exec(await terminal.shows(/recording tap 127\.0\.0\.1:\d+/))!;
  const load = await EchoLoad.through(Number(port));
  await terminal.shows(/open +\d/);
  return { folder, tape: join(folder, "a.tape.jsonl"), terminal, load };
}

/** The child of the supervisor with this in its command line. */
function childOf({ terminal }: Shown, part: "recording-screen-main" | "run.js"): number {
  const children = execFileSync("pgrep", ["-a", "-P", String(terminal.pid)], { encoding: "utf8" }).split("\n");
  const found = children.find((line) => line.includes(part));
  if (found === undefined) throw new Error(`no child ${part}:\n${children.join("\n")}`);
  return Number.parseInt(found, 10);
}

async function otherThan(pid: number, find: () => number): Promise<number> {
  for (let tries = 0; tries < 400; tries += 1) {
    await setTimeout(50);
    try {
      if (find() !== pid) return find();
    } catch {
      // it is just being started
    }
  }
  throw new Error(`process ${pid} was never replaced`);
}

function crashes({ folder }: Shown): Record<string, unknown>[] {
  const reports = join(folder, "state", "crashes");
  return readdirSync(reports).map((name) => JSON.parse(readFileSync(join(reports, name), "utf8")));
}

async function stopped({ terminal, load, tape }: Shown): Promise<{ sent: number; recorded: number }> {
  await load.finish();
  terminal.press("q");
  expect(await terminal.shows(/exit \d/)).toContain("exit 0");
  return { sent: load.sent, recorded: await messagesOn(tape) };
}

describe("while a recording is shown", () => {
  needs("tmux", "bash")("a screen that is killed is started again, and nothing is lost", async () => {
    const shown = await shownRecording();
    const screen = childOf(shown, "recording-screen-main");
    process.kill(screen, "SIGKILL");
    await otherThan(screen, () => childOf(shown, "recording-screen-main"));
    await shown.terminal.shows(/recording {2}00:[\s\S]*no losses[\s\S]*open/);
    const { sent, recorded } = await stopped(shown);
    expect(recorded).toBe(sent);
    expect(crashes(shown)).toMatchObject([{ part: "screen", ended: { code: null, signal: "SIGKILL" } }]);
  });

  needs("tmux", "bash")("a screen that does not answer is started again, and nothing is lost", async () => {
    const shown = await shownRecording();
    const screen = childOf(shown, "recording-screen-main");
    process.kill(screen, "SIGSTOP");
    await otherThan(screen, () => childOf(shown, "recording-screen-main"));
    await shown.terminal.shows(/recording {2}00:[\s\S]*no losses[\s\S]*open/);
    const { sent, recorded } = await stopped(shown);
    expect(recorded).toBe(sent);
    expect(crashes(shown)).toMatchObject([{ part: "screen", lastWords: "had not answered for 5 s" }]);
  });

  needs("tmux", "bash")("a recorder that does not answer is said to, and shown again when it does", async () => {
    const shown = await shownRecording();
    const recorder = childOf(shown, "run.js");
    process.kill(recorder, "SIGSTOP");
    await shown.terminal.shows(/NOT ANSWERING[\s\S]*rx \? [\s\S]*process \d+\) has said nothing for 6 s/);
    process.kill(recorder, "SIGCONT");
    await shown.terminal.shows(/recording {2}00:[\s\S]*no losses/);
    const { sent, recorded } = await stopped(shown);
    expect(recorded).toBe(sent);
  });

  needs("tmux", "bash")(
    "a recorder that is killed goes on in a new segment, behind a gap, and says how long",
    async () => {
      const shown = await shownRecording();
      const recorder = childOf(shown, "run.js");
      await setTimeout(200);
      const killedAt = performance.now();
      process.kill(recorder, "SIGKILL");
      await shown.terminal.shows(/was killed by SIGKILL and started again; the gap is on the tape/);
      shown.load.stop();
      await shown.terminal.shows(/lost {2}paused: 1 gap/);
      shown.terminal.press("q");
      expect(await shown.terminal.shows(/exit \d/)).toContain("exit 0");
      const first = await messagesOn(shown.tape);
      expect(first).toBeGreaterThan(0);
      expect(shown.load.lostBefore(killedAt, first)).toBeLessThanOrEqual(PROMISED + shown.load.stalled);
      const second = content(await recordsOf(join(shown.folder, "a.0001.tape.jsonl")));
      expect(second.find(({ type }) => type === "gap")).toMatchObject({ at: 0, cause: "paused" });
      expect(second.find(({ type }) => type === "mark")).toMatchObject({
        label: expect.stringMatching(/^recording goes on after \d+\.\d{3} s$/),
      });
      expect(second.filter(({ type }) => type === "link")).toMatchObject([{ event: "open" }, { event: "lost" }]);
      expect(crashes(shown)).toMatchObject([{ part: "recorder", ended: { code: null, signal: "SIGKILL" } }]);
    },
  );

  needs("tmux", "bash")("a recorder that dies again and again is left alone, loudly", async () => {
    const shown = await shownRecording();
    let recorder = childOf(shown, "run.js");
    for (let death = 1; death <= 5; death += 1) {
      process.kill(recorder, "SIGKILL");
      recorder = await otherThan(recorder, () => childOf(shown, "run.js"));
    }
    process.kill(recorder, "SIGKILL");
    await shown.terminal.shows(/has ended, killed by SIGKILL: it has died 6 times within a/);
    shown.terminal.press("x");
    expect(await shown.terminal.shows(/exit \d/)).toMatch(/it has died 6 times[\s\S]*not started again[\s\S]*exit 3/);
    expect(crashes(shown)).toHaveLength(6);
  });
});

/** The plug-in itself: what keeps it in its place stands between. */
function leafBelow(pid: number): number {
  try {
    return leafBelow(Number.parseInt(execFileSync("pgrep", ["-P", String(pid)], { encoding: "utf8" }), 10));
  } catch {
    return pid;
  }
}

/** A tap whose traffic a module in a process of its own decodes. */
async function decodedRecording(): Promise<{ recorder: Running; load: EchoLoad; decoder: number; tape: string }> {
  const folder = temporaryFolder();
  const subjects = { mine: { module: "./mine.mjs" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", fieldtape: { abi: 1 } }));
  writeFileSync(join(folder, "fieldtape.config.json"), JSON.stringify({ subjects }));
  writeFileSync(
    join(folder, "mine.mjs"),
    'export const PLUGIN_ABI = 1;\nexport const create = () => ({ role: "observer", framer: { subject: "lines" } });\n',
  );
  const args = ["record", "tcp", "--listen", "127.0.0.1:0", "--to", await echoDevice(), "-o", "a.tape.jsonl"];
  const recorder = startFieldtape([...args, "--decode", "mine"], { cwd: folder });
  const [, port] = /tap 127\.0\.0\.1:(\d+)/.exec(await recorder.stderrMatches(/only you can read it/))!;
  const load = await EchoLoad.through(Number(port));
  return { recorder, load, decoder: leafBelow(recorder.child.pid ?? 0), tape: join(folder, "a.tape.jsonl") };
}

describe("while a recording is decoded by a plug-in", () => {
  test.for(["SIGKILL", "SIGSTOP"] as const)(
    "one that is gone by %s stops decoding, loudly, and no byte is lost",
    async (signal) => {
      const { recorder, load, decoder, tape } = await decodedRecording();
      await setTimeout(300);
      process.kill(decoder, signal);
      await recorder.stderrMatches(/decoding has stopped, the recording goes on/);
      await setTimeout(300);
      await load.finish();
      recorder.child.kill("SIGINT");
      const { code, stderr } = await recorder.finished;
      expect({ code, told: /1 mark/.test(stderr) || /error: /.test(stderr) }).toEqual({ code: 5, told: true });
      expect(await messagesOn(tape)).toBe(load.sent);
      const records = content(await recordsOf(tape));
      expect(records.filter(({ type }) => type === "output").length).toBeGreaterThan(0);
      expect(records.find(({ type }) => type === "mark")).toMatchObject({
        label: expect.stringMatching(/^decoding stopped: /),
      });
      expect(await isGone(decoder)).toBe(true);
    },
  );
});
