import { type Nanos, seconds } from "../../time/nanos.ts";

export const RESTARTS_MAX = 5;
const WITHIN = seconds(60);

/** How often something may be started again: whatever dies faster than that has a cause that starting does not mend. */
export class RestartBudget {
  #spent: Nanos[] = [];

  /** Whether it may be started again now, which then counts. */
  take(now: Nanos): boolean {
    this.#spent = this.#spent.filter((at) => now - at < WITHIN);
    if (this.#spent.length >= RESTARTS_MAX) return false;
    this.#spent.push(now);
    return true;
  }
}
