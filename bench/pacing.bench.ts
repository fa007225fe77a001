import { spawnSync } from "node:child_process";
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
      work: "pacing at 1 ms gaps: p99 late",
      ours: ours.late99,
      unit: "ms",
      peer: { name: "relative sleep", figure: relative.late99 },
      target: { compare: "at most", figure: 1 },
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
  /** How much longer the whole took than it should have, in per cent. */
  readonly drift: number;
}

/** Lateness against the first arrival, each byte being due a millisecond after the one before it. */
function judge(arrivals: readonly number[]): Pacing {
  const first = arrivals[0] ?? 0;
  const late = arrivals.map((at, n) => at - first - n).toSorted((a, b) => a - b);
  const span = (arrivals.at(-1) ?? 0) - first;
  return {
    late99: late[Math.floor(late.length * 0.99)] ?? Number.NaN,
    drift: (Math.abs(span - (arrivals.length - 1)) / span) * 100,
  };
}

async function played(tape: string, count: number, program: string): Promise<Pacing> {
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
  const { spawn } = await import("node:child_process");
  const child = spawn(
    process.execPath,
    [program, "replay", tape, "--to", `tcp:127.0.0.1:${port}`, "--speed", "1", "--no-config"],
    { stdio: "ignore" },
  );
  await once(child, "exit");
  server.close();
  if (arrivals.length !== count) throw new Error(`${arrivals.length} of ${count} bytes arrived`);
  return judge(arrivals);
}

/** The naive replay loop: `sleep(gap)` after each record, in a process of its own. */
async function relativeSleep(count: number): Promise<Pacing> {
  const script = `const at = [performance.now()];
const next = () => { at.push(performance.now()); if (at.length < ${count}) setTimeout(next, 1); else console.log(JSON.stringify(at)); };
setTimeout(next, 1);`;
  const { stdout } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
  return judge(JSON.parse(stdout) as number[]);
}
