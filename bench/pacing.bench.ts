import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import type { Bench, Row } from "./row.ts";

/** Plays bytes to a live listener at gaps of 1 ms and looks at when they arrive; beside it a loop that sleeps from one to the next. */
export const pacing: Bench = async ({ quick, folder, root }) => {
  const count = quick ? 200 : 5_000;
  const tape = join(folder, "paced.tape.jsonl");
  const lines = Array.from({ length: count }, (_, n) => ({
    type: "raw",
    at: n * 1_000_000,
    channel: 0,
    dir: "rx",
    text: "x",
  }));
  const channel = { type: "channel", at: 0, channel: 0, name: "a", kind: "stream", source: "bench", settings: {} };
  writeFileSync(tape, [channel, ...lines].map((record) => `${JSON.stringify(record)}\n`).join(""));
  const ours = await played(tape, count, join(root, "bin", "run.js"));
  const relative = await relativeSleep(count);
  const rows: Row[] = [
    {
      work: "pacing at 1 ms gaps: p99 late, as replay reports it",
      ours: ours.reported,
      unit: "ms",
      peer: undefined,
      target: { compare: "at most", figure: 1 },
    },
    {
      work: "pacing at 1 ms gaps: p99 late, as another Node process sees the bytes",
      ours: ours.late99,
      unit: "ms",
      peer: { name: "relative sleep", figure: relative.late99 },
    },
    {
      work: "pacing at 1 ms gaps: drift",
      ours: ours.drift,
      unit: "%",
      peer: { name: "relative sleep", figure: relative.drift },
      target: { compare: "at most", figure: 0.1 },
    },
  ];
  return rows;
};

interface Pacing {
  readonly late99: number;
  /** How much faster or slower than the tape's the time between bytes was, in per cent. */
  readonly drift: number;
}

/**
 * Each byte is due a millisecond after the one before it. When the first was due is not seen from here; the byte that came soonest after its
 * due time came through the network at once, so lateness counts from it. Drift is what the last tenth is later than the first, by their medians: one
 * late byte at either end is lateness, not drift.
 */
function judge(arrivals: readonly number[]): Pacing {
  const behind = arrivals.map((at, n) => at - n);
  const soonest = behind.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const late = behind.map((value) => value - soonest).toSorted((a, b) => a - b);
  const tenth = Math.ceil(behind.length / 10);
  const drift = median(behind.slice(-tenth)) - median(behind.slice(0, tenth));
  return {
    late99: late[Math.floor(late.length * 0.99)] ?? Number.NaN,
    drift: (Math.abs(drift) / (arrivals.length - tenth)) * 100,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** `p99 335.871us` in milliseconds. */
function reportedLateness(words: string): number {
  const [, figure, unit] = /p99 ([0-9.]+)(ns|us|ms|s)/.exec(words) ?? [];
  return Number(figure) * ({ ns: 1e-6, us: 1e-3, ms: 1, s: 1e3 }[unit ?? ""] ?? Number.NaN);
}

async function played(tape: string, count: number, program: string): Promise<Pacing & { readonly reported: number }> {
  const arrivals: number[] = [];
  const server = createServer((socket) => {
    socket.on("data", (bytes) => {
      const now = performance.now();
      for (let n = 0; n < bytes.length; n += 1) arrivals.push(now);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const child = spawn(
    process.execPath,
    [program, "replay", tape, "--to", `tcp:127.0.0.1:${port}`, "--speed", "1", "--no-config"],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let words = "";
  for await (const piece of child.stderr) words += String(piece);
  server.close();
  if (arrivals.length !== count) throw new Error(`${arrivals.length} of ${count} bytes arrived`);
  return { ...judge(arrivals), reported: reportedLateness(words) };
}

/** The naive replay loop: `sleep(gap)` after each record, in a process of its own. */
async function relativeSleep(count: number): Promise<Pacing> {
  const script = `const at = [performance.now()];
const next = () => { at.push(performance.now()); if (at.length < ${count}) setTimeout(next, 1); else console.log(JSON.stringify(at)); };
setTimeout(next, 1);`;
  const { stdout } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
  return judge(JSON.parse(stdout) as number[]);
}
