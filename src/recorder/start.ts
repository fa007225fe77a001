import { FieldtapeError } from "../errors.ts";
import { Arrivals } from "../link/arrivals.ts";
import { RECORDED_MAX } from "../tape/limits.ts";
import type { TapeRemains } from "../tape/remains.ts";
import type { Clock, WallClock } from "../time/clock.ts";
import { formatIso } from "../time/iso.ts";
import { type Nanos, nanos, plus, ZERO } from "../time/nanos.ts";

/** The moment that is `at` 0 of a tape. From here on links may be opened: what arrives waits until the tape is there. */
export interface RecordingStart {
  readonly clock: Clock;
  readonly wall: WallClock;
  /** The clock's reading at `at` 0. */
  readonly origin: Nanos;
  /** The date of `at` 0, for the header. */
  readonly started: string;
  readonly arrivals: Arrivals;
}

export interface StartOptions {
  readonly clock: Clock;
  readonly wall: WallClock;
  /** Most memory that may wait for the tape, in bytes. */
  readonly waitingMax?: number;
  /** The tape that is gone on with. */
  readonly remains?: TapeRemains | undefined;
}

/** Begins now, or goes on now; the first record is the date. @throws FieldtapeError LIMIT_EXCEEDED for a tape that is too old to go on with */
export function startRecording({ clock, wall, waitingMax, remains }: StartOptions): RecordingStart {
  const date = wall.wallNow();
  const limit = waitingMax === undefined ? {} : { bytesMax: waitingMax };
  if (remains === undefined) {
    const origin = clock.now();
    const started = formatIso(date, 6);
    const arrivals = new Arrivals({ clock, origin, ...limit });
    arrivals.wall(started, 0, ZERO);
    return { clock, wall, origin, started, arrivals };
  }
  const at = resumedAt(remains, date);
  const origin = plus(clock.now(), -at);
  const arrivals = new Arrivals({ clock, origin, ...limit, before: remains });
  arrivals.wall(formatIso(date, 6), 0, at);
  arrivals.mark(`recording goes on after ${((at - remains.at) / 1e9).toFixed(3)} s`);
  return { clock, wall, origin, started: remains.header.started, arrivals };
}

/** The steady clock has not come over from the process before: the date says how long ago the tape was last anchored to it. */
function resumedAt({ at, anchor, first }: TapeRemains, date: bigint): Nanos {
  const now = Math.max(at, anchor.at + Number(date - anchor.wall));
  if (now < RECORDED_MAX) return nanos(now);
  throw new FieldtapeError("LIMIT_EXCEEDED", "the tape was begun more than 100 days ago: no later time fits on it", {
    file: first,
    hint: "begin a new one",
  });
}
