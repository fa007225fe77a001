import type { Clock } from "../time/clock.ts";
import { millis, NANOS_PER_SECOND, type Nanos, plus, ZERO } from "../time/nanos.ts";
import type { ProcessLimits } from "./process-limits.ts";

export interface VigilOptions {
  readonly clock: Clock;
  readonly limits: ProcessLimits;
  /** Memory in use now, in bytes. */
  readonly memory: () => number;
  /** A limit was passed: which, and in words what the subject did. */
  readonly passed: (code: "SUBJECT_HUNG" | "SUBJECT_CRASHED", problem: string) => void;
  readonly aborted: (signal: AbortSignal) => void;
}

const INTERVAL = millis(100);
const MEBIBYTE = 1024 * 1024;

/** Looks after a program that owes an answer, now and then; asking and answering themselves cost next to nothing. */
export class Vigil {
  readonly #options: VigilOptions;
  #owed: { readonly since: Nanos; readonly signal: AbortSignal } | undefined;
  #spoke = false;
  #heardAt: Nanos = ZERO;
  #sleep: AbortController | undefined;

  constructor(options: VigilOptions) {
    this.#options = options;
  }

  /** An answer is owed from now on. */
  begin(signal: AbortSignal): void {
    this.#owed = { since: this.#options.clock.now(), signal };
    if (this.#sleep === undefined) this.#watch(new AbortController()).catch(() => undefined); // nobody is left to look after
  }

  heard(): void {
    this.#spoke = true;
  }

  /** Nothing is owed. */
  rest(): void {
    this.#owed = undefined;
  }

  end(): void {
    this.#owed = undefined;
    this.#sleep?.abort();
    this.#sleep = undefined;
  }

  async #watch(sleep: AbortController): Promise<void> {
    const { clock } = this.#options;
    this.#sleep = sleep;
    while (this.#owed !== undefined) {
      await clock.sleepUntil(plus(clock.now(), INTERVAL), sleep.signal);
      this.#look();
    }
    this.#sleep = undefined;
  }

  #look(): void {
    const { clock, limits, memory, passed, aborted } = this.#options;
    const now = clock.now();
    if (this.#spoke) this.#heardAt = now;
    this.#spoke = false;
    if (this.#owed === undefined) return;
    const { since, signal } = this.#owed;
    if (signal.aborted) aborted(signal);
    else if (now - since > limits.answer) passed("SUBJECT_HUNG", `took longer than ${inSeconds(limits.answer)}`);
    else if (now - Math.max(since, this.#heardAt) > limits.silence)
      passed("SUBJECT_HUNG", `has said nothing for ${inSeconds(limits.silence)}`);
    else if (memory() > limits.memory)
      passed("SUBJECT_CRASHED", `took more than ${Math.round(limits.memory / MEBIBYTE)} MiB of memory`);
  }
}

function inSeconds(span: Nanos): string {
  return `${span / NANOS_PER_SECOND} s`;
}
