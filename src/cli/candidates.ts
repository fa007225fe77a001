import { feed } from "../replayer/feed.ts";
import { ReplayRun } from "../replayer/replay-run.ts";
import { replayTape } from "../replayer/replay-tape.ts";
import { openTape } from "../tape/reader.ts";
import type { RecordBatch } from "../tape/record.ts";
import { seconds } from "../time/nanos.ts";
import { framersToTry, resolveSubject } from "./subjects.ts";

/** How well a framer reads the beginning of a tape. */
export interface Candidate {
  readonly name: string;
  readonly frames: number;
  readonly faults: number;
}

const BYTES_MAX = 64 * 1024;

/**
 * What the first 64 KiB of a tape could be: each framer that works without settings is tried, and those that find frames are named,
 * fewest faults for each frame first.
 */
export async function candidates(tape: string, signal: AbortSignal): Promise<readonly Candidate[]> {
  const tried: Candidate[] = [];
  for (const { name } of framersToTry()) tried.push(await tryFramer(name, tape, signal));
  return tried
    .filter(({ frames }) => frames > 0)
    .toSorted((a, b) => a.faults / a.frames - b.faults / b.frames || b.frames - a.frames);
}

async function tryFramer(name: string, tape: string, signal: AbortSignal): Promise<Candidate> {
  const { subject, config } = await resolveSubject(name, undefined, { config: {}, file: undefined });
  await using reader = await openTape(tape);
  const options = { role: subject.role, play: "rx", time: "recorded", drain: seconds(1), file: tape } as const;
  const fed = feed(beginning(reader.batches({ verify: false, signal })), options);
  await using run = await ReplayRun.open(fed, subject, { config, channels: [], seed: 0, faults: [] }, signal);
  const counts = { frames: 0, faults: 0 };
  for await (const { outputs } of replayTape(run, {}, signal)) {
    for (const record of outputs) {
      if (record.type !== "output") continue;
      const { value } = record;
      if (typeof value !== "object" || value === null || !("type" in value)) continue;
      if (value.type === "frame") counts.frames += 1;
      else if (value.type === "fault" && value.fault !== "unfinished") counts.faults += 1;
    }
  }
  return { name, ...counts };
}

/** The batches that hold the first bytes, whole. */
async function* beginning(batches: AsyncIterable<RecordBatch>): AsyncGenerator<RecordBatch> {
  let bytes = 0;
  for await (const batch of batches) {
    yield batch;
    for (const record of batch.records) if (record.type === "raw") bytes += record.bytes.length;
    if (bytes >= BYTES_MAX) return;
  }
}
