import type { Clock } from "../time/clock.ts";
import { type Nanos, plus } from "../time/nanos.ts";

/** Bites when nobody has patted it for so long. Patting costs nothing: it looks at the last pat when it wakes. */
export class Watchdog implements Disposable {
  readonly #clock: Clock;
  readonly #usual: Nanos;
  readonly #bite = new AbortController();
  #sleep = new AbortController();
  #limit: Nanos;
  #patted: Nanos;

  constructor(clock: Clock, usual: Nanos) {
    this.#clock = clock;
    this.#usual = usual;
    this.#limit = usual;
    this.#patted = clock.now();
    this.#watch();
  }

  /** Aborted when the time is over. */
  get hung(): AbortSignal {
    return this.#bite.signal;
  }

  /** From now on it waits so long: as usual, or what is going on has a limit of its own. */
  pat(limit: Nanos = this.#usual): void {
    const sooner = limit < this.#limit;
    this.#patted = this.#clock.now();
    this.#limit = limit;
    if (!sooner) return;
    this.#sleep.abort();
    this.#sleep = new AbortController();
    this.#watch();
  }

  [Symbol.dispose](): void {
    this.#sleep.abort();
  }

  #watch(): void {
    this.#untilOver(this.#sleep.signal).then(
      () => this.#bite.abort(),
      () => undefined, // it was done in time, or has a nearer limit
    );
  }

  async #untilOver(signal: AbortSignal): Promise<void> {
    for (let due = this.#due; due > this.#clock.now(); due = this.#due) await this.#clock.sleepUntil(due, signal);
  }

  get #due(): Nanos {
    return plus(this.#patted, this.#limit);
  }
}
