import { assert, FieldtapeError } from "../../errors.ts";
import { isSaid, type Said } from "../../replayer/divergence.ts";
import type { FedBatch, FedRecord } from "../../replayer/feed.ts";
import { ReplayRun, type ReplayRunOptions } from "../../replayer/replay-run.ts";
import type { ReplayStep } from "../../replayer/replay-step.ts";
import { replayTape } from "../../replayer/replay-tape.ts";
import type { Subject } from "../../replayer/subject.ts";
import type { Nanos } from "../../time/nanos.ts";

/** Relations are held against a case in memory; a larger one has to opt out. */
const RECORDS_MAX = 2_000_000;

/** Everything that a subject was fed in a run, faults and all: whatever other way it is played must give the same. */
export interface FedTape {
  readonly records: readonly FedRecord[];
  readonly lines: readonly number[];
  readonly stopAt: Nanos;
}

/** A subject and what it is opened with. */
export interface Seat {
  readonly subject: Subject;
  readonly options: ReplayRunOptions;
}

/** @throws FieldtapeError LIMIT_EXCEEDED; what reading throws */
export async function collect(feed: AsyncIterable<FedBatch>): Promise<FedTape> {
  const records: FedRecord[] = [];
  const lines: number[] = [];
  let stopAt: Nanos | undefined;
  for await (const batch of feed) {
    for (const record of batch.records) records.push(record);
    for (const line of batch.lines) lines.push(line);
    stopAt = batch.stopAt;
    if (records.length > RECORDS_MAX)
      throw new FieldtapeError("LIMIT_EXCEEDED", `relations are checked on ${RECORDS_MAX} records at most`);
  }
  assert(stopAt !== undefined, "a feed without a last batch");
  return { records, lines, stopAt };
}

/** The tape from its record `first` on, counted from 0. */
export async function* feedFrom({ records, lines, stopAt }: FedTape, first = 0): AsyncGenerator<FedBatch, undefined> {
  yield { records: records.slice(first), lines: lines.slice(first), answers: [], stopAt };
}

/** What the subject says to a feed, at full speed. */
export async function sayingTo(feed: AsyncIterable<FedBatch>, seat: Seat, signal: AbortSignal): Promise<Said[]> {
  const said: Said[] = [];
  await using run = await ReplayRun.open(feed, seat.subject, seat.options, signal);
  for await (const step of replayTape(run, {}, signal)) keepSaid(step, said);
  return said;
}

export function keepSaid({ outputs }: ReplayStep, said: Said[]): void {
  for (const record of outputs) if (isSaid(record)) said.push(record);
}
