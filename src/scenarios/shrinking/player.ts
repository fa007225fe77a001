import { FieldtapeError } from "../../errors.ts";
import type { Said } from "../../replayer/divergence.ts";
import { type FedBatch, feed } from "../../replayer/feed.ts";
import { ReplayRun } from "../../replayer/replay-run.ts";
import type { ReplayStep } from "../../replayer/replay-step.ts";
import { replayTape } from "../../replayer/replay-tape.ts";
import type { Rechunking } from "../../tape/rechunk.ts";
import type { RecordBatch } from "../../tape/record.ts";
import type { Transform } from "../../tape/transform.ts";
import { millis } from "../../time/nanos.ts";
import type { ScenarioSubject } from "../case-feed.ts";
import { disturbanceOf } from "../faults/disturbance.ts";
import { placeFaults } from "../faults/place-faults.ts";
import { type Seat, sayingTo } from "../relations/fed-tape.ts";
import type { ScenarioFile } from "../schema.ts";
import { type Candidate, FIRST_LINE, settled } from "./candidate.ts";

/** How candidates are played: the subject, and what the scenario says about it. */
export interface Seating extends ScenarioSubject {
  readonly settings: Pick<ScenarioFile, "play" | "time" | "seed" | "drainMs">;
}

/** A candidate with its faults in place. */
export interface Ready {
  readonly seat: Seat;
  readonly feed: (rechunking?: Rechunking) => AsyncIterable<FedBatch>;
}

/**
 * What came of playing a candidate: what the subject said, or how it failed. `void`: one of its faults finds nothing to disturb any more,
 * so that it is no scenario.
 */
export type PlayOutcome =
  | { readonly type: "said"; readonly said: readonly Said[]; readonly ready: Ready }
  | { readonly type: "failed"; readonly failure: FieldtapeError }
  | { readonly type: "void" };

/** Plays a candidate in this process and in virtual time. @throws FieldtapeError what is no failure of the subject */
export async function playCandidate(candidate: Candidate, seating: Seating, signal: AbortSignal): Promise<PlayOutcome> {
  try {
    return await play(candidate, seating, signal);
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError)) throw thrown;
    if (thrown.code === "SCENARIO_INVALID") return { type: "void" };
    if (!isFailure(thrown)) throw thrown;
    return { type: "failed", failure: thrown };
  }
}

/** Whether it is the subject that failed. */
export function isFailure({ code }: FieldtapeError): boolean {
  return code === "SUBJECT_CRASHED" || code === "SUBJECT_HUNG";
}

async function play(candidate: Candidate, seating: Seating, signal: AbortSignal): Promise<PlayOutcome> {
  const { subject, settings } = seating;
  const { records, faults } = settled(candidate);
  const feeding = (disturbance: Transform | undefined, rechunking?: Rechunking): AsyncIterable<FedBatch> =>
    feed(inOneBatch(records), {
      role: subject.role,
      play: settings.play,
      time: settings.time,
      drain: millis(settings.drainMs),
      file: FILE,
      ...(disturbance === undefined ? {} : { disturbance }),
      ...(rechunking === undefined ? {} : { rechunking }),
    });
  const places = await placeFaults(faults, {
    batches: () => inOneBatch(records),
    play: (disturbance) => stepwise(feeding(disturbance), seatOf(seating, []), signal),
    seed: settings.seed,
    file: FILE,
  });
  const disturbance = disturbanceOf(places.records, settings.seed);
  const ready: Ready = {
    seat: seatOf(seating, places.ports),
    feed: (rechunking) => feeding(faults.length === 0 ? undefined : disturbance.transform, rechunking),
  };
  const said = await sayingTo(ready.feed(), ready.seat, signal);
  const isVoid = places.unmet.length > 0 || disturbance.unplaced().length > 0;
  return isVoid ? { type: "void" } : { type: "said", said, ready };
}

/** Names a candidate in errors, which nobody reads: what counts is whether there is one. */
const FILE = "candidate";

function seatOf({ subject, config, settings }: Seating, faults: Seat["options"]["faults"]): Seat {
  return { subject, options: { config, channels: [], seed: settings.seed, faults, time: settings.time } };
}

async function* stepwise(
  fed: AsyncIterable<FedBatch>,
  { subject, options }: Seat,
  signal: AbortSignal,
): AsyncGenerator<ReplayStep> {
  await using run = await ReplayRun.open(fed, subject, options, signal);
  yield* replayTape(run, { single: true }, signal);
}

async function* inOneBatch(records: RecordBatch["records"]): AsyncGenerator<RecordBatch> {
  yield { firstLine: FIRST_LINE, records };
}
