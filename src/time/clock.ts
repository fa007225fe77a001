import type { Nanos } from "./nanos.ts";

/**
 * Monotonic time, outside the machines. Always a required argument, never a default: a clock that is optional leaks.
 */
export interface Clock {
  /** Nanoseconds since this clock's own beginning; never goes back. */
  now(): Nanos;
  /** Resolves when `now() >= at`, or rejects with the signal's reason when it aborts first. */
  sleepUntil(at: Nanos, signal: AbortSignal): Promise<void>;
}

/** The date outside: nanoseconds since 1970-01-01T00:00:00Z. May step; used for headers and `wall` records only. */
export interface WallClock {
  wallNow(): bigint;
}
