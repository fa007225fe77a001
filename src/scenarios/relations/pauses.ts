import type { Said } from "../../replayer/divergence.ts";
import { ReplayRun } from "../../replayer/replay-run.ts";
import { nanos } from "../../time/nanos.ts";
import { type FedTape, feedFrom, keepSaid, type Seat } from "./fed-tape.ts";

/** Plays with a pause before every record and deadline, and another one in the middle of the time between them. */
export async function sayingWithPauses(tape: FedTape, seat: Seat, signal: AbortSignal): Promise<Said[]> {
  const said: Said[] = [];
  await using run = await ReplayRun.open(feedFrom(tape), seat.subject, seat.options, signal);
  for (;;) {
    const next = await run.upcoming();
    if (next === undefined) return said;
    const middle = nanos(Math.floor((Math.max(0, run.position.at) + next.at) / 2));
    if (middle < next.at) {
      const pause = await run.advance({ at: middle, count: 0 }, signal);
      if (pause !== undefined) keepSaid(pause, said);
    }
    const step = await run.advance({ at: next.at, count: next.type === "record" ? 1 : 0 }, signal);
    if (step === undefined) return said;
    keepSaid(step, said);
  }
}
