import type { Clock } from "../time/clock.ts";
import { type Nanos, plus } from "../time/nanos.ts";

/** Bites when nobody has patted it for so long. Patting costs nothing: it looks at the last pat when it wakes. */
export class Watchdog implements Disposable {
  readonly #clock: Clock;
  readonly #limit: Nanos;
  readonly #bite = new AbortController();
  readonly #done = new AbortController();
  #patted: Nanos;

  constructor(clock: Clock, limit: Nanos) {
    this.#clock = clock;
    this.#limit = limit;
    this.#patted = clock.now();
    this.#watch().catch(() => undefined); // it was done in time
  }

  /** Aborted when the time is over. */
  get hung(): AbortSignal {
    return this.#bite.signal;
  }

  pat(): void {
    this.#patted = this.#clock.now();
  }

  [Symbol.dispose](): void {
    this.#done.abort();
  }

  async #watch(): Promise<void> {
    for (let due = plus(this.#patted, this.#limit); due > this.#clock.now(); due = plus(this.#patted, this.#limit))
      await this.#clock.sleepUntil(due, this.#done.signal);
    this.#bite.abort();
  }
}
