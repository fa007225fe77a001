import { Arrivals } from "../link/arrivals.ts";
import type { Clock, WallClock } from "../time/clock.ts";
import { formatIso } from "../time/iso.ts";
import { type Nanos, ZERO } from "../time/nanos.ts";

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

/** Begins now; the first record is the date. `waitingMax`: most memory that may wait for the tape, in bytes. */
export function startRecording(clock: Clock, wall: WallClock, waitingMax?: number): RecordingStart {
  const origin = clock.now();
  const started = formatIso(wall.wallNow(), 6);
  const arrivals = new Arrivals({ clock, origin, ...(waitingMax === undefined ? {} : { bytesMax: waitingMax }) });
  arrivals.wall(started, 0, ZERO);
  return { clock, wall, origin, started, arrivals };
}
