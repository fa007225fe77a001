import { type Nanos, nanos } from "../time/nanos.ts";
import type { PlaybackClock } from "../time/playback-clock.ts";
import type { Lateness } from "./lateness.ts";

/** How a replay is held to the time of a clock. It changes when things are done, never what comes out. */
export interface Pace {
  readonly clock: PlaybackClock;
  /** Silence longer than this is waited for only so long; then the clock jumps to what comes next. */
  readonly maxGap?: Nanos;
  /** Takes how late, in nanoseconds of the person at the desk, each thing was done. */
  readonly lateness: Lateness;
}

/**
 * Sleeps until it is time for what comes at `next`, after what came at `previous`; answers with the tape time by now, up to
 * which everything is due.
 */
export async function awaitTurn(pace: Pace, previous: Nanos, next: Nanos, signal: AbortSignal): Promise<Nanos> {
  const { clock, maxGap, lateness } = pace;
  if (maxGap !== undefined && next - previous > maxGap) {
    await clock.sleepUntil(nanos(previous + maxGap), signal);
    if (clock.now() < next) clock.seek(next);
  }
  await clock.sleepUntil(next, signal);
  const now = clock.now();
  lateness.add((now - next) / clock.rate);
  return nanos(Math.max(next, now));
}
