import { FieldtapeError } from "../errors.ts";
import { NANOS_PER_MILLI, type Nanos, nanos, ZERO } from "../time/nanos.ts";

/** Node: a delay beyond 2³¹−1 ms, or none that is a number, is 1 ms. */
const DELAY_MAX = 2_147_483_647;
/** Timers of one instance; code that sets more never clears them. */
const TIMERS_MAX = 10_000;
/** Callbacks of one instant that ask for another one; beyond that it is a loop. */
const CHAINED_MAX = 100_000;

export type Callback = () => void;

interface Timer {
  due: number;
  readonly callback: Callback;
  /** Nanoseconds; absent: it fires once. */
  readonly period?: number;
}

/**
 * The timers of one instance of somebody's code, in the tape's nanoseconds: a timer that was set at 1,834,211 ns for 200 ms fires at
 * 201,834,211 ns. Timers fire by time, those of one time in the order in which they were set; what is to happen "at once"
 * (`setImmediate`, `nextTick`) happens before `run` returns.
 */
export class VirtualTimers {
  #now: Nanos = ZERO;
  #last = 0;
  readonly #timers = new Map<number, Timer>();
  /** `nextTick` and microtasks; then, when there are none, `setImmediate`. */
  readonly #soon = new Map<number, Callback>();
  readonly #immediate = new Map<number, Callback>();

  get now(): Nanos {
    return this.#now;
  }

  /** When the next timer fires. */
  get deadline(): Nanos | undefined {
    let first = Number.POSITIVE_INFINITY;
    for (const { due } of this.#timers.values()) if (due < first) first = due;
    return first === Number.POSITIVE_INFINITY ? undefined : nanos(first);
  }

  /** Brings time to `at`, does `work`, and what that wants done at once. */
  run(at: Nanos, work: Callback): void {
    this.#now = at;
    work();
    this.#settle();
  }

  /** Brings time to `at` and fires the timers up to then, each followed by what it wants done at once. */
  fire(at: Nanos): void {
    this.#now = at;
    for (let id = this.#next(at); id !== undefined; id = this.#next(at)) {
      const timer = this.#timers.get(id);
      if (timer === undefined) continue;
      if (timer.period === undefined) this.#timers.delete(id);
      else this.#again(id, timer, timer.period);
      timer.callback();
      this.#settle();
    }
  }

  /** `delay` is in milliseconds, as code that knows nothing of machines says it. */
  set(callback: Callback, delay: unknown, repeats = false): number {
    const due = this.dueAfter(delay);
    return this.setAt(due, callback, repeats ? due - this.#now : undefined);
  }

  /** When a timer of so many milliseconds that is set now fires: as Node's do, in a millisecond at the earliest. */
  dueAfter(delay: unknown): Nanos {
    return nanos(this.#now + delayOf(delay) * NANOS_PER_MILLI);
  }

  setAt(due: Nanos, callback: Callback, period?: number): number {
    if (this.#timers.size >= TIMERS_MAX) throw new FieldtapeError("SUBJECT_CRASHED", `more than ${TIMERS_MAX} timers`);
    this.#last += 1;
    this.#timers.set(this.#last, { due, callback, ...(period === undefined ? {} : { period }) });
    return this.#last;
  }

  /** Before `run` or the timer that is firing returns to its driver. */
  soon(callback: Callback, when: "tick" | "immediate"): number {
    this.#last += 1;
    (when === "tick" ? this.#soon : this.#immediate).set(this.#last, callback);
    return this.#last;
  }

  clear(id: number): void {
    this.#timers.delete(id);
    this.#soon.delete(id);
    this.#immediate.delete(id);
  }

  /** The timer starts anew, as `refresh()` of a Node timer does. */
  refresh(id: number, delay: unknown): void {
    const timer = this.#timers.get(id);
    if (timer !== undefined) timer.due = this.dueAfter(delay);
  }

  has(id: number): boolean {
    return this.#timers.has(id) || this.#immediate.has(id);
  }

  #next(until: Nanos): number | undefined {
    let next: number | undefined;
    let first: number = until;
    for (const [id, { due }] of this.#timers) {
      if (due > first || (due === first && next !== undefined)) continue;
      first = due;
      next = id;
    }
    return next;
  }

  /** An interval goes behind the timers that were set since, as a new one would. */
  #again(id: number, timer: Timer, period: number): void {
    this.#timers.delete(id);
    this.#timers.set(id, { ...timer, due: timer.due + period });
  }

  #settle(): void {
    for (let left = CHAINED_MAX; left > 0; left -= 1) {
      const queue = this.#soon.size > 0 ? this.#soon : this.#immediate;
      const [first] = queue;
      if (first === undefined) return;
      const [id, callback] = first;
      queue.delete(id);
      callback();
    }
    throw new FieldtapeError("SUBJECT_HUNG", `more than ${CHAINED_MAX} callbacks without time passing`);
  }
}

function delayOf(delay: unknown): number {
  const wanted = Math.trunc(Number(delay));
  return wanted >= 1 && wanted <= DELAY_MAX ? wanted : 1;
}
