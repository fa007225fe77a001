import type { Json } from "../bytes/json.ts";
import { type FedBatch, feed } from "../replayer/feed.ts";
import type { ReplayRunOptions } from "../replayer/replay-run.ts";
import type { Subject } from "../replayer/subject.ts";
import type { Rechunking } from "../tape/rechunk.ts";
import type { RecordBatch } from "../tape/record.ts";
import { type Transform, transformed } from "../tape/transform.ts";
import { millis } from "../time/nanos.ts";
import { openCaseTape } from "./case-tape.ts";
import { disturbanceOf } from "./faults/disturbance.ts";
import type { PlacedFaults } from "./faults/place-faults.ts";
import type { Scenario } from "./scenario.ts";

/** A subject and the settings that a scenario names for it. */
export interface ScenarioSubject {
  readonly subject: Subject;
  readonly config: Json;
}

/** In what way a case's tape is read. */
export interface CaseFeedOptions {
  readonly disturbance?: Transform | undefined;
  readonly rechunking?: Rechunking | undefined;
  /** Hears of each `gap` record that the tape itself has. */
  readonly onGap?: () => void;
}

/** What a scenario's subject is fed. */
export async function* caseFeed(
  { settings, tape }: Scenario,
  { subject }: ScenarioSubject,
  signal: AbortSignal,
  { disturbance, rechunking, onGap }: CaseFeedOptions,
): AsyncGenerator<FedBatch, undefined> {
  await using reader = await openCaseTape(tape);
  const batches = reader.batches({ verify: false, signal });
  yield* feed(onGap === undefined ? batches : watched(batches, onGap), {
    role: subject.role,
    play: settings.play,
    time: settings.time,
    drain: millis(settings.drainMs),
    file: tape,
    ...(disturbance === undefined ? {} : { disturbance }),
    ...(rechunking === undefined ? {} : { rechunking }),
  });
}

/** What a scenario's subject is opened with. `ports`: the faults of its ports. */
export function caseRunOptions(
  { settings, tape }: Scenario,
  { config }: ScenarioSubject,
  ports: readonly Json[],
): ReplayRunOptions {
  return { config, channels: [], seed: settings.seed, faults: ports, time: settings.time, file: tape };
}

/** The tape with its faults: what a person is shown of it. A fault leaves lines out and takes others more than once. */
export async function* tapeAsPlayed(
  { tape, settings }: Scenario,
  { records }: PlacedFaults,
): AsyncGenerator<RecordBatch> {
  await using reader = await openCaseTape(tape);
  const batches = reader.batches({ verify: false });
  if (records.length === 0) return yield* batches;
  for await (const placed of transformed(batches, disturbanceOf(records, settings.seed).transform))
    for (const { record, line } of placed) yield { firstLine: line, records: [record] };
}

async function* watched(batches: AsyncIterable<RecordBatch>, onGap: () => void): AsyncGenerator<RecordBatch> {
  for await (const batch of batches) {
    for (const record of batch.records) if (record.type === "gap") onGap();
    yield batch;
  }
}
