import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { TapeWriter } from "../src/tape/writer.ts";
import { nanos } from "../src/time/nanos.ts";
import { type Bench, medianSeconds } from "./row.ts";

/** `script` lends a terminal. */
const hasScript = spawnSync("script", ["--version"], { stdio: "ignore" }).status === 0;

/** A large tape: how long until its screen stands, and how long a seek takes. */
export const seeking: Bench = async ({ quick, folder, root }) => {
  const megabytes = quick ? 10 : 1_000;
  const path = join(folder, "large.tape.jsonl");
  const span = await writeTape(path, megabytes);
  const program = join(root, "bin", "run.js");
  const screens: number[] = [];
  for (let run = 0; run < (quick ? 1 : 5) && hasScript; run += 1) screens.push(await firstScreen(program, path));
  const inspect =
    (await medianSeconds(
      1,
      () => void spawnSync(process.execPath, [program, "tape", "inspect", path, "--no-config"], { stdio: "ignore" }),
    )) * 1000;
  // On a small tape the first snapshot stands at a fifth, and before it a seek begins where the tape does.
  const seeks = await warmSeeks(program, path, { span, from: quick ? 0.3 : 0, count: quick ? 5 : 30 });
  return [
    {
      work: `${megabytes} MB tape: process start to the first screen of replay --ui, no index`,
      ours: median(screens),
      unit: "ms",
      peer: undefined,
      target: { compare: "at most", figure: 350 },
    },
    { work: `${megabytes} MB tape: inspect`, ours: inspect, unit: "ms", peer: undefined },
    {
      work: `${megabytes} MB tape: warm seek to a place anywhere, p50`,
      ours: seeks.milliseconds,
      unit: "ms",
      peer: undefined,
      target: { compare: "at most", figure: 100 },
    },
    {
      work: `${megabytes} MB tape: records replayed after such a seek, at most`,
      ours: seeks.replayed,
      unit: "records",
      peer: undefined,
    },
  ];
};

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Milliseconds from process start until the keys stand on the screen. Nothing is kept beside the tape. */
async function firstScreen(program: string, path: string): Promise<number> {
  rmSync(`${path}.index`, { recursive: true, force: true });
  const command = `'${process.execPath}' '${program}' replay '${path}' --subject lines --ui --no-config`;
  const start = performance.now();
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    env: { ...process.env, TERM: "xterm", COLUMNS: "100", LINES: "30" },
    stdio: ["pipe", "pipe", "ignore"],
    timeout: 20_000,
  });
  let shown = "";
  let elapsed = Number.NaN;
  for await (const bytes of child.stdout) {
    shown += String(bytes);
    if (Number.isNaN(elapsed) && shown.includes("leave")) {
      elapsed = performance.now() - start;
      child.stdin.write("q");
    }
  }
  return elapsed;
}

/** Plays the tape once, which leaves snapshots beside it; then seeks in it, each time somewhere else. */
async function warmSeeks(
  program: string,
  path: string,
  { span, from, count }: { readonly span: number; readonly from: number; readonly count: number },
): Promise<{ readonly milliseconds: number; readonly replayed: number }> {
  const child = spawn(process.execPath, [program, "replay", path, "--subject", "lines", "--step", "--no-config"], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  const said = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
  const go = async (nanos: number): Promise<string> => {
    child.stdin.write(`seek ${Math.floor(nanos / 1e6)}ms\n`);
    for (;;) {
      const { value, done } = await said.next();
      if (done === true) throw new Error("the replay ended while it was seeking");
      if (/ seek, /.test(value)) return value;
    }
  };
  await go(span);
  const timings: number[] = [];
  let replayed = 0;
  for (let n = 1; n <= count; n += 1) {
    const start = performance.now();
    // The golden ratio strides evenly and never hits a place twice.
    const words = await go(span * (from + (1 - from) * ((n * 0.618034) % 1)));
    timings.push(performance.now() - start);
    if (!words.includes("warm seek")) throw new Error(`a seek was not warm: ${words}`);
    replayed = Math.max(replayed, Number(/seek, (\d+) record/.exec(words)?.[1]));
  }
  child.stdin.end();
  await once(child, "exit");
  return {
    milliseconds: median(timings),
    replayed,
  };
}

/** Lines of text, a hundred bytes each, a millisecond apart. Answers with the tape's span in ns. */
async function writeTape(path: string, megabytes: number): Promise<number> {
  const recorder = { version: "bench", git: "bench" };
  const header = { id: "bench", started: "2026-01-01T00:00:00.000000Z", recorder, requires: [], meta: {} };
  await using writer = await TapeWriter.create(path, { header, live: false });
  writer.write({ type: "channel", at: nanos(0), channel: 0, name: "a", kind: "stream", source: "bench", settings: {} });
  const bytes = new TextEncoder().encode(`${"0123456789".repeat(10)}\n`);
  const count = Math.floor((megabytes * 1e6) / 170);
  for (let n = 0; n < count; n += 1) {
    writer.write({ type: "raw", at: nanos(n * 1_000_000), channel: 0, dir: "rx", bytes });
    if (n % 4096 === 0) await writer.drained();
  }
  await writer.close({ reason: "stop", at: nanos(count * 1_000_000) });
  return count * 1_000_000;
}
