import type { Clock } from "../../time/clock.ts";
import { millis, type Nanos, plus } from "../../time/nanos.ts";

/** A screen's whole logic: what is to be seen, and what is to be done, after something happened. */
export interface Step<S, C> {
  readonly state: S;
  readonly commands: readonly C[];
}

export interface ScreenStoreOptions<S, E, C> {
  readonly initial: S;
  reduce(state: S, event: E): Step<S, C>;
  /** Does what the reducer asks for. */
  carryOut(command: C): void;
  /** Asked right before the screen is shown: what has become of things that change more often than that. */
  readonly refresh?: () => readonly E[];
  readonly clock: Clock;
}

/** At most 20 renders a second. */
const SHOWN_EVERY = millis(50);

/** Holds a screen's state and tells the screen about a change, at most 20 times a second. */
export class ScreenStore<S, E, C> implements Disposable {
  readonly #options: ScreenStoreOptions<S, E, C>;
  readonly #listeners = new Set<() => void>();
  readonly #life = new AbortController();
  #state: S;
  #shown: S;
  #shownAt: Nanos | undefined;
  #waiting = false;

  constructor(options: ScreenStoreOptions<S, E, C>) {
    this.#options = options;
    this.#state = options.initial;
    this.#shown = options.initial;
  }

  /** As it is, shown or not. */
  get state(): S {
    return this.#state;
  }

  /** What is on the screen. */
  readonly shown = (): S => this.#shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  dispatch(event: E): void {
    this.#take(event);
    this.touch();
  }

  /** Something has changed that `refresh` will tell. */
  touch(): void {
    if (this.#waiting || this.#life.signal.aborted) return;
    this.#waiting = true;
    void this.#showSoon();
  }

  [Symbol.dispose](): void {
    this.#life.abort();
  }

  #take(event: E): void {
    const { state, commands } = this.#options.reduce(this.#state, event);
    this.#state = state;
    for (const command of commands) this.#options.carryOut(command);
  }

  async #showSoon(): Promise<void> {
    const { clock, refresh } = this.#options;
    const due = this.#shownAt === undefined ? clock.now() : plus(this.#shownAt, SHOWN_EVERY);
    try {
      await clock.sleepUntil(due, this.#life.signal);
    } catch {
      return;
    }
    this.#waiting = false;
    this.#shownAt = clock.now();
    for (const event of refresh?.() ?? []) this.#take(event);
    this.#shown = this.#state;
    for (const listener of this.#listeners) listener();
  }
}
