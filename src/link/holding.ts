import type { Arrivals } from "./arrivals.ts";
import type { WhenCrowded } from "./source.ts";

/** What can be told to read no more for a while. */
export interface Reading {
  pause(): unknown;
  resume(): unknown;
}

type Reason = "blocked" | "crowded";

/**
 * Holds a reader while there is a reason to: the end that its bytes go to takes no more, or (where the source waits rather
 * than loses) too much waits for the tape. Reads on when the last reason is gone.
 */
export class Holding {
  readonly #reading: Reading;
  readonly #reasons = new Set<Reason>();
  #over = false;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  hold(reason: Reason): void {
    this.#reasons.add(reason);
    this.#reading.pause();
  }

  release(reason: Reason): void {
    if (!this.#reasons.delete(reason) || this.#reasons.size > 0 || this.#over) return;
    this.#reading.resume();
  }

  /** To be asked after each arrival. */
  waitFor(arrivals: Arrivals, whenCrowded: WhenCrowded): void {
    if (whenCrowded === "gap" || !arrivals.crowded || this.#reasons.has("crowded")) return;
    this.hold("crowded");
    arrivals.whenRoomy(() => this.release("crowded"));
  }

  /** Reads never again. */
  stop(): void {
    this.#over = true;
    this.#reading.pause();
  }
}
