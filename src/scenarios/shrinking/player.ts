import { FieldtapeError } from "../../errors.ts";
import { isSaid, type Said } from "../../replayer/divergence.ts";
import { feed } from "../../replayer/feed.ts";
import { ReplayRun } from "../../replayer/replay-run.ts";
import { replayTape } from "../../replayer/replay-tape.ts";
import type { Rechunking } from "../../tape/rechunk.ts";
import type { RecordBatch } from "../../tape/record.ts";
import { millis } from "../../time/nanos.ts";
import type { ScenarioSubject } from "../play.ts";
import type { ScenarioFile } from "../schema.ts";
import { type Candidate, FIRST_LINE, settled } from "./candidate.ts";

/** How candidates are played: the subject, and what the scenario says about it. */
export interface Seating extends ScenarioSubject {
  readonly settings: Pick<ScenarioFile, "play" | "time" | "seed" | "drainMs">;
}

/** What came of playing a candidate: what the subject said, or how it failed. */
export type PlayOutcome =
  | { readonly type: "said"; readonly said: readonly Said[] }
  | { readonly type: "failed"; readonly failure: FieldtapeError };

/** A candidate and how it is played. */
export interface Play {
  readonly candidate: Candidate;
  readonly seating: Seating;
  /** Its reads are cut anew. */
  readonly rechunking?: Rechunking;
}

/** Plays a candidate in this process and in virtual time. @throws FieldtapeError what is no failure of the subject */
export async function playCandidate(play: Play, signal: AbortSignal): Promise<PlayOutcome> {
  try {
    return { type: "said", said: await sayings(play, signal) };
  } catch (thrown) {
    const failed = thrown instanceof FieldtapeError && isFailure(thrown);
    if (!failed) throw thrown;
    return { type: "failed", failure: thrown };
  }
}

function isFailure({ code }: FieldtapeError): boolean {
  return code === "SUBJECT_CRASHED" || code === "SUBJECT_HUNG";
}

async function sayings({ candidate, seating, rechunking }: Play, signal: AbortSignal): Promise<readonly Said[]> {
  const { subject, config, settings } = seating;
  const { records } = settled(candidate);
  const fed = feed(inOneBatch(records), {
    role: subject.role,
    play: settings.play,
    time: settings.time,
    drain: millis(settings.drainMs),
    file: "the tape that is made smaller",
    ...(rechunking === undefined ? {} : { rechunking }),
  });
  const options = { config, channels: [], seed: settings.seed, faults: [], time: settings.time };
  await using run = await ReplayRun.open(fed, subject, options, signal);
  const said: Said[] = [];
  for await (const step of replayTape(run, {}, signal)) {
    for (const record of step.outputs) if (isSaid(record)) said.push(record);
  }
  return said;
}

async function* inOneBatch(records: RecordBatch["records"]): AsyncGenerator<RecordBatch> {
  yield { firstLine: FIRST_LINE, records };
}
