import { setMaxListeners } from "node:events";
import process from "node:process";
import type { Clock, WallClock } from "./clock.ts";
import { NANOS_PER_MILLI, type Nanos, nanos } from "./nanos.ts";
import type { Zone } from "./zone.ts";

// The only home of ambient time, time zones, timers and turns of the event loop: everything else is given a Clock.

export interface SystemClockOptions {
  /**
   * `coarse` sleeps on timers alone: about 1 ms late, no load. `precise` leaves the timer 2 ms early and goes on in turns
   * of the event loop, which go on serving everything else: some 30 to 100 µs late, at the price of a busy core for 2 ms.
   */
  readonly sleep: "coarse" | "precise";
}

/** Timers fire up to a millisecond late, and their deadline is rounded by as much. */
const TIMER_SLACK = 2 * NANOS_PER_MILLI;
/** Longer delays than 2³¹−1 ms fire at once (Node.js, `setTimeout`). An hour is far below, and costs one wake-up. */
const TIMER_LONGEST = 3_600_000;

/** Monotonic time since this object was made. Sleeps to absolute deadlines, so that lateness never adds up. */
export class SystemClock implements Clock {
  private readonly began = process.hrtime.bigint();
  private readonly slack: number;

  constructor(options: SystemClockOptions) {
    this.slack = options.sleep === "precise" ? TIMER_SLACK : 0;
  }

  now(): Nanos {
    return nanos(Number(process.hrtime.bigint() - this.began));
  }

  sleepUntil(at: Nanos, signal: AbortSignal): Promise<void> {
    // A thousand devices may well sleep on one signal; each takes its listener away when it wakes.
    setMaxListeners(0, signal);
    return new Promise((resolve, reject) => {
      let cancel: (() => void) | undefined;
      const abort = (): void => {
        cancel?.();
        reject(signal.reason);
      };
      const wait = (): void => {
        const left = at - this.now();
        if (left <= 0) {
          signal.removeEventListener("abort", abort);
          resolve();
        } else cancel = this.later(left, wait);
      };
      if (signal.aborted) reject(signal.reason);
      else {
        signal.addEventListener("abort", abort, { once: true });
        wait();
      }
    });
  }

  /** Calls back before or soon after `left` ns have passed; the answer cancels it. */
  private later(left: number, callback: () => void): () => void {
    if (left <= this.slack) {
      const immediate = setImmediate(callback);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(callback, Math.min(Math.ceil((left - this.slack) / NANOS_PER_MILLI), TIMER_LONGEST));
    return () => clearTimeout(timer);
  }
}

/** The date as the system has it, to the millisecond. */
export class SystemWallClock implements WallClock {
  wallNow(): bigint {
    return BigInt(Date.now()) * 1_000_000n;
  }
}

/** The zone that this machine is set to. */
export const localZone: Zone = (wall) =>
  // `|| 0`: minus nothing is nothing.
  -Math.round(new Date(Number(wall / 1_000_000n)).getTimezoneOffset()) || 0;

/** Its name, as `Europe/Berlin`. */
export const localZoneName = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The beginning of 1970, for formats that want a date where there is none. */
export const EPOCH = new Date(0);

/** What code sees of the world that asks it instead of its inputs: for what must show that this is noticed. */
export function ambientWorld(): { readonly zone: number; readonly day: number; readonly locale: string } {
  return {
    zone: new Date(0).getTimezoneOffset(),
    day: Math.floor(Date.now() / 86_400_000),
    locale: Intl.DateTimeFormat().resolvedOptions().locale,
  };
}

/**
 * From now on everything in this process that asks for the date gets another one: whatever it says must not depend on that. For a process
 * that was made for it.
 */
export function shiftDate(days: number): void {
  const millis = days * DAY_MS;
  const Real = Date;
  globalThis.Date = new Proxy(Real, {
    construct: (target, args: [], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [Real.now() + millis] : args, newTarget),
    apply: () => new Real(Real.now() + millis).toString(),
    get: (target, name, receiver) => (name === "now" ? () => Real.now() + millis : Reflect.get(target, name, receiver)),
  });
}

const DAY_MS = 86_400_000;

/** Resolves when everything that could go on has gone on: one turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
