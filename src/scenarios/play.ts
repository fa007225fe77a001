import type { Json } from "../bytes/json.ts";
import { isSaid, type Said } from "../replayer/divergence.ts";
import { feed } from "../replayer/feed.ts";
import { ReplayRun } from "../replayer/replay-run.ts";
import { replayTape } from "../replayer/replay-tape.ts";
import type { Subject } from "../replayer/subject.ts";
import type { RecordBatch } from "../tape/record.ts";
import { millis } from "../time/nanos.ts";
import { openCaseTape } from "./case-tape.ts";
import type { Scenario } from "./scenario.ts";

/** What a subject said to a scenario's tape, played once. */
export interface Played {
  readonly said: readonly Said[];
  readonly fed: number;
  /** `gap` records on the tape. */
  readonly gaps: number;
}

/** A subject and the settings that a scenario names for it. */
export interface ScenarioSubject {
  readonly subject: Subject;
  readonly config: Json;
}

/**
 * Plays a scenario's tape into its subject, once, in virtual time.
 *
 * @throws FieldtapeError what reading the tape or the subject throws
 */
export async function play(
  scenario: Scenario,
  { subject, config }: ScenarioSubject,
  signal: AbortSignal,
): Promise<Played> {
  const { settings, tape } = scenario;
  const counted = { fed: 0, gaps: 0 };
  const said: Said[] = [];
  await using reader = await openCaseTape(tape);
  const fed = feed(counting(reader.batches({ verify: false, signal }), counted), {
    role: subject.role,
    play: settings.play,
    time: settings.time,
    drain: millis(settings.drainMs),
    file: tape,
  });
  const options = { config, channels: [], seed: settings.seed, faults: [], time: settings.time, file: tape };
  await using run = await ReplayRun.open(fed, subject, options, signal);
  for await (const step of replayTape(run, {}, signal)) {
    counted.fed += step.fed.length;
    for (const record of step.outputs) if (isSaid(record)) said.push(record);
  }
  return { said, ...counted };
}

async function* counting(batches: AsyncIterable<RecordBatch>, counted: { gaps: number }): AsyncGenerator<RecordBatch> {
  for await (const batch of batches) {
    for (const record of batch.records) if (record.type === "gap") counted.gaps += 1;
    yield batch;
  }
}
