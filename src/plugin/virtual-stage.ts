import { FieldtapeError } from "../errors.ts";
import type { Nanos } from "../time/nanos.ts";
import { type VirtualWorld, virtualWorld, within } from "./virtual-globals.ts";
import { VirtualTimers } from "./virtual-timers.ts";

/**
 * One instance of code that knows nothing of machines, in virtual time: what it says while it is told something, or while one of its
 * timers fires, is what that step said. What is said at any other time (behind an `await`) has no time on the tape and is refused.
 */
export class VirtualStage<Output> {
  readonly timers = new VirtualTimers();
  readonly #name: string;
  readonly #world: VirtualWorld;
  #outputs: Output[] | undefined;
  #late = false;

  constructor(name: string) {
    this.#name = name;
    this.#world = virtualWorld(this.timers, name);
  }

  /** Collects what is said, while `work` is done at `at`. */
  tell(at: Nanos, work: () => unknown): readonly Output[] {
    return this.#collect(() => this.timers.run(at, () => this.#refuseAsynchronous(work())));
  }

  elapse(at: Nanos): readonly Output[] {
    return this.#collect(() => this.timers.fire(at));
  }

  say(output: Output): void {
    if (this.#outputs === undefined) this.#late = true;
    else this.#outputs.push(output);
  }

  #collect(work: () => void): readonly Output[] {
    if (this.#late) throw this.#lateWords();
    const outputs: Output[] = [];
    this.#outputs = outputs;
    try {
      within(this.#world, work);
    } finally {
      this.#outputs = undefined;
    }
    return outputs;
  }

  #refuseAsynchronous(answer: unknown): void {
    if (typeof answer === "object" && answer !== null && "then" in answer) throw this.#lateWords();
  }

  #lateWords(): FieldtapeError {
    return new FieldtapeError(
      "SUBJECT_CRASHED",
      `${this.#name} goes on after its step has ended: it works with promises`,
      {
        hint: "under virtual time code must say what it has to say in callbacks and timers, not behind an await",
      },
    );
  }
}
