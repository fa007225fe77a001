import { setMaxListeners } from "node:events";
import { assert } from "../errors.ts";
import type { Clock } from "./clock.ts";
import { type Nanos, ZERO } from "./nanos.ts";

interface Sleeper {
  readonly at: Nanos;
  readonly wake: () => void;
}

/** Time that stands still until it is advanced: hours pass in no time, and always the same way. */
export class VirtualClock implements Clock {
  private time: Nanos = ZERO;
  /** By time; those of one time in the order in which they lay down. */
  private readonly sleepers: Sleeper[] = [];
  private readonly settle: () => Promise<void>;

  /** `settle` resolves when whoever was woken has done all that he can do now (`turn` of the event loop). */
  constructor(settle: () => Promise<void>) {
    this.settle = settle;
  }

  now(): Nanos {
    return this.time;
  }

  /** When the next sleeper wants to be woken. */
  get nextWake(): Nanos | undefined {
    return this.sleepers[0]?.at;
  }

  sleepUntil(at: Nanos, signal: AbortSignal): Promise<void> {
    // A thousand devices may well sleep on one signal; each takes its listener away when it wakes.
    setMaxListeners(0, signal);
    return new Promise((resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      else if (at <= this.time) resolve();
      else this.lieDown(at, signal, resolve, reject);
    });
  }

  /**
   * Brings time to `to`, waking each sleeper at his own time, in order; what he does then, sleeping again included, is done
   * before time goes on.
   */
  async advance(to: Nanos): Promise<void> {
    assert(to >= this.time, `virtual time cannot go back from ${this.time} to ${to}`);
    await this.settle();
    for (let next = this.sleepers[0]; next !== undefined && next.at <= to; next = this.sleepers[0]) {
      this.time = next.at;
      this.sleepers.shift();
      next.wake();
      await this.settle();
    }
    this.time = to;
    await this.settle();
  }

  private lieDown(at: Nanos, signal: AbortSignal, resolve: () => void, reject: (reason: unknown) => void): void {
    const abort = (): void => {
      this.sleepers.splice(this.sleepers.indexOf(sleeper), 1);
      reject(signal.reason);
    };
    const wake = (): void => {
      signal.removeEventListener("abort", abort);
      resolve();
    };
    const sleeper: Sleeper = { at, wake };
    signal.addEventListener("abort", abort, { once: true });
    this.sleepers.splice(this.after(at), 0, sleeper);
  }

  /** The place after everyone who wakes at `at` or before. */
  private after(at: Nanos): number {
    let low = 0;
    let high = this.sleepers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.sleepers[middle]?.at ?? at) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
