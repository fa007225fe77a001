import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { TapeWriter } from "../src/tape/writer.ts";
import { millis } from "../src/time/nanos.ts";
import { type Bench, medianSeconds } from "./row.ts";

const FRAMES = 2000;
const TRIGGER = 1234;

/** A tape of 2,000 Modbus/TCP frames of which one is an exception: how long until it is a case of its own. The whole program, start to end. */
export const minimising: Bench = async ({ quick, folder, root }) => {
  const tape = join(folder, "site.tape.jsonl");
  await writeTape(tape);
  const out = join(folder, "minimised");
  const keep = ["--subject", "modbus-tcp", "--keep", "exception exists", "--out", out, "--no-config"];
  const run = (): void => {
    rmSync(out, { recursive: true, force: true });
    const { status } = spawnSync(process.execPath, [
      join(root, "bin", "run.js"),
      "scenario",
      "minimise",
      tape,
      ...keep,
    ]);
    if (status !== 0) throw new Error(`scenario minimise ended with ${status}`);
  };
  const ours = await medianSeconds(quick ? 1 : 5, run);
  return [
    {
      work: `${FRAMES} frames with one trigger: scenario minimise, 1-minimal and written`,
      ours,
      unit: "s",
      peer: undefined,
      target: { compare: "at most", figure: 1 },
    },
  ];
};

/** Answers with two registers each, half a second apart. */
async function writeTape(path: string): Promise<void> {
  const recorder = { version: "bench", git: "bench" };
  const header = { id: "bench", started: "2026-01-01T00:00:00.000000Z", recorder, requires: [], meta: {} };
  await using writer = await TapeWriter.create(path, { header, live: false });
  const at = (n: number) => millis(500 * n);
  writer.write({ type: "channel", at: at(0), channel: 0, name: "plc", kind: "stream", source: "bench", settings: {} });
  for (let n = 0; n < FRAMES; n += 1) {
    const body = n === TRIGGER ? [1, 0x84, 2] : [1, 4, 4, n & 0xff, n >> 8, 2, 0x26];
    const bytes = Uint8Array.of(n >> 8, n & 0xff, 0, 0, 0, body.length, ...body);
    writer.write({ type: "raw", at: at(n), channel: 0, dir: "rx", bytes });
  }
  await writer.close({ reason: "stop", at: at(FRAMES) });
}
