import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { TapeWriter } from "../src/tape/writer.ts";
import { nanos } from "../src/time/nanos.ts";
import { type Bench, medianSeconds } from "./row.ts";

/** A large tape: how long until something near its end is seen, without an index and with one. */
export const seeking: Bench = async ({ quick, folder, root }) => {
  const megabytes = quick ? 10 : 1_000;
  const path = join(folder, "large.tape.jsonl");
  const span = await writeTape(path, megabytes);
  const program = join(root, "bin", "run.js");
  const late = `${Math.floor(span / 1e9) - 1}s`;
  const first = async (): Promise<number> =>
    (await medianSeconds(quick ? 1 : 3, () => {
      const args = [
        program,
        "replay",
        path,
        "--subject",
        "lines",
        "--from",
        late,
        "--until",
        `line:1`,
        "--no-config",
        "--json",
      ];
      spawnSync(process.execPath, args, { stdio: "ignore" });
    })) * 1000;
  const inspect =
    (await medianSeconds(
      1,
      () => void spawnSync(process.execPath, [program, "tape", "inspect", path, "--no-config"], { stdio: "ignore" }),
    )) * 1000;
  return [
    {
      work: `${megabytes} MB tape: process start to a place near its end, no index`,
      ours: await first(),
      unit: "ms",
      peer: undefined,
      target: { compare: "at most", figure: 350 },
    },
    { work: `${megabytes} MB tape: inspect`, ours: inspect, unit: "ms", peer: undefined },
  ];
};

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
