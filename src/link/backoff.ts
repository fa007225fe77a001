import { millis, type Nanos, nanos } from "../time/nanos.ts";

const FIRST = millis(100);
const LONGEST = millis(5_000);

/** How long to wait before trying for the `attempt`th time (from 0) to open a lost link: 0.1 s, doubled up to 5 s. */
export function backoff(attempt: number): Nanos {
  return nanos(Math.min(LONGEST, FIRST * 2 ** Math.min(attempt, 16)));
}
