import type { Arrivals } from "../link/arrivals.ts";
import type { Clock, WallClock } from "../time/clock.ts";
import { formatIso } from "../time/iso.ts";
import { millis, type Nanos, plus, seconds } from "../time/nanos.ts";

const LOOK_EVERY = seconds(1);
/** Clocks that are slewed gain or lose at most half a millisecond a second (adjtime); more at once is a step. */
const STEP_MIN = millis(10);
/** So that drift cannot add up between two anchors: recordings of several machines are merged by them. */
const ANCHOR_EVERY = seconds(600);

/** Anchors the tape to the date whenever that jumps, and now and then. Ends when the signal aborts. */
export async function watchWall(arrivals: Arrivals, clock: Clock, wall: WallClock, signal: AbortSignal): Promise<void> {
  const anchor = (date: bigint, step: number): void => arrivals.wall(formatIso(date), step);
  let before = { at: clock.now(), date: wall.wallNow() };
  let anchored: Nanos = before.at;
  while (await slept(clock, signal)) {
    const now = { at: clock.now(), date: wall.wallNow() };
    const step = Number(now.date - before.date) - (now.at - before.at);
    if (Math.abs(step) >= STEP_MIN) anchor(now.date, step);
    else if (now.at - anchored >= ANCHOR_EVERY) anchor(now.date, 0);
    if (Math.abs(step) >= STEP_MIN || now.at - anchored >= ANCHOR_EVERY) anchored = now.at;
    before = now;
  }
}

async function slept(clock: Clock, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleepUntil(plus(clock.now(), LOOK_EVERY), signal);
    return true;
  } catch {
    return false;
  }
}
