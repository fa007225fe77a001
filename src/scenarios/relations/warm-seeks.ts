import type { Said } from "../../replayer/divergence.ts";
import { type Position, ReplayRun } from "../../replayer/replay-run.ts";
import { replayTape } from "../../replayer/replay-tape.ts";
import type { ChannelRecord } from "../../tape/record.ts";
import { type FedTape, feedFrom, keepSaid, type Seat, sayingTo } from "./fed-tape.ts";

/** A place of a run from which it can be taken up. */
export interface Resting {
  readonly state: Uint8Array;
  readonly position: Position;
  /** What was said until then. */
  readonly said: number;
}

const SNAPSHOTS_MAX = 32;

/** Snapshots on the way, evenly spread; none of a subject that cannot give them. */
export async function restingPlaces(tape: FedTape, seat: Seat, signal: AbortSignal): Promise<readonly Resting[]> {
  const places: Resting[] = [];
  const every = Math.max(1, Math.ceil(tape.records.length / SNAPSHOTS_MAX));
  const said: Said[] = [];
  await using run = await ReplayRun.open(feedFrom(tape), seat.subject, seat.options, signal);
  for await (const step of replayTape(run, { single: true }, signal)) {
    keepSaid(step, said);
    const { position } = run;
    if (step.fed.length === 0 || position.fed % every !== 0 || position.at < 0) continue;
    const state = await run.snapshot();
    if (state === undefined) return [];
    places.push({ state, position, said: said.length });
  }
  return places;
}

/** What the subject says from a snapshot on. */
export function sayingFrom(
  tape: FedTape,
  { state, position }: Resting,
  seat: Seat,
  signal: AbortSignal,
): Promise<Said[]> {
  const before = tape.records.slice(0, position.fed);
  const channels = before.filter((record): record is ChannelRecord => record.type === "channel");
  const options = { ...seat.options, channels, snapshot: state, resume: position };
  return sayingTo(feedFrom(tape, position.fed), { subject: seat.subject, options }, signal);
}
