import type { Clock } from "../time/clock.ts";
import { millis, NANOS_PER_SECOND, type Nanos, plus, ZERO } from "../time/nanos.ts";
import type { ProcessLimits } from "./process-limits.ts";

export interface VigilOptions {
  readonly clock: Clock;
  readonly limits: ProcessLimits;
  /** Memory in use now, in bytes. */
  readonly memory: () => number;
  /** Processor time taken so far. */
  readonly processor: () => Nanos;
  /** A limit was passed: which, and in words what the subject did. */
  readonly passed: (code: "SUBJECT_HUNG" | "SUBJECT_CRASHED", problem: string) => void;
  readonly aborted: (signal: AbortSignal) => void;
}

interface Owed {
  readonly since: Nanos;
  readonly signal: AbortSignal;
}

const INTERVAL = millis(100);
const MEBIBYTE = 1024 * 1024;

/** So much of its time at rest may a program be at work: runtimes tidy up. On a busy machine one that loops gets no more than a part of a processor. */
const BUSY_SHARE = 0.1;

/**
 * Looks after a program now and then, while it owes an answer and while nothing is asked of it; asking and answering themselves cost next
 * to nothing.
 */
export class Vigil {
  readonly #options: VigilOptions;
  #owed: Owed | undefined;
  #spoke = false;
  #heardAt: Nanos = ZERO;
  #sleep: AbortController | undefined;
  /** A while in which nothing has been asked yet, and what it had taken when that began. */
  #rest: { readonly since: Nanos; readonly processor: Nanos } | undefined;

  constructor(options: VigilOptions) {
    this.#options = options;
  }

  /** An answer is owed from now on. */
  begin(signal: AbortSignal): void {
    this.#owed = { since: this.#options.clock.now(), signal };
    this.#rest = undefined;
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
    while (!sleep.signal.aborted) {
      await clock.sleepUntil(plus(clock.now(), INTERVAL), sleep.signal);
      this.#look();
    }
  }

  #look(): void {
    const { clock, limits, memory, passed } = this.#options;
    const now = clock.now();
    if (this.#spoke) this.#heardAt = now;
    this.#spoke = false;
    if (memory() > limits.memory)
      passed("SUBJECT_CRASHED", `took more than ${Math.round(limits.memory / MEBIBYTE)} MiB of memory`);
    else if (this.#owed === undefined) this.#lookAtRest(now);
    else this.#lookForAnswer(this.#owed, now);
  }

  #lookForAnswer({ since, signal }: Owed, now: Nanos): void {
    const { limits, passed, aborted } = this.#options;
    if (signal.aborted) aborted(signal);
    else if (now - since > limits.answer) passed("SUBJECT_HUNG", `took longer than ${inSeconds(limits.answer)}`);
    else if (now - Math.max(since, this.#heardAt) > limits.silence)
      passed("SUBJECT_HUNG", `has said nothing for ${inSeconds(limits.silence)}`);
  }

  /** While it works at an answer it may take all that a processor has: then the time for the answer is its limit. */
  #lookAtRest(now: Nanos): void {
    const { limits, processor, passed } = this.#options;
    const taken = processor();
    this.#rest ??= { since: now, processor: taken };
    const busy = taken - this.#rest.processor;
    if (busy > limits.silence && busy > (now - this.#rest.since) * BUSY_SHARE)
      passed("SUBJECT_HUNG", `took ${inSeconds(limits.silence)} of processor time while nothing was asked of it`);
  }
}

function inSeconds(span: Nanos): string {
  return `${span / NANOS_PER_SECOND} s`;
}
