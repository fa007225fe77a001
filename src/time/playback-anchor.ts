import { assert } from "../errors.ts";
import { type Nanos, nanos } from "./nanos.ts";

/**
 * Playback time is an affine image of a steady clock: at steady time `steady` the tape stood at `tape`, and since then it
 * runs `rate` times as fast, or stands still.
 */
export interface Anchor {
  readonly tape: Nanos;
  readonly steady: Nanos;
  readonly rate: number;
  readonly running: boolean;
}

/** From a thousand times slower to a million times faster than it was. */
export const RATE_MIN = 0.001;
export const RATE_MAX = 1_000_000;

/** Where the tape stands at `steady`. */
export function tapeTimeAt(anchor: Anchor, steady: Nanos): Nanos {
  if (!anchor.running) return anchor.tape;
  return capped(anchor.tape + Math.floor((steady - anchor.steady) * anchor.rate));
}

/**
 * The first steady time, give or take what a double rounds, at which the tape has come to `tape`: the anchor's own if it
 * already had, `undefined` while it stands still before it. `tapeTimeAt` of the answer is never before `tape`, so a sleeper
 * who was woken then need not lie down again.
 */
export function steadyTimeOf(anchor: Anchor, tape: Nanos): Nanos | undefined {
  if (tape <= anchor.tape) return anchor.steady;
  if (!anchor.running) return undefined;
  let steady = capped(anchor.steady + Math.ceil((tape - anchor.tape) / anchor.rate));
  // A double may have rounded down.
  while (tapeTimeAt(anchor, steady) < tape && steady < Number.MAX_SAFE_INTEGER) steady = nanos(steady + 1);
  return steady;
}

/** The anchor at `steady`, with what changes from there on. Only `tape` makes the tape jump. */
export function moved(
  anchor: Anchor,
  steady: Nanos,
  change: Partial<Pick<Anchor, "tape" | "rate" | "running">>,
): Anchor {
  const next = { ...anchor, tape: tapeTimeAt(anchor, steady), steady, ...change };
  assert(next.rate >= RATE_MIN && next.rate <= RATE_MAX, `${next.rate} is no rate from ${RATE_MIN} to ${RATE_MAX}`);
  return next;
}

const capped = (value: number): Nanos => nanos(Math.min(value, Number.MAX_SAFE_INTEGER));
