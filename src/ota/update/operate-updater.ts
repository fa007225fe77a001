import { FieldtapeError } from "../../errors.ts";
import { ELAPSED, type Machine } from "../../machine/machine.ts";
import type { Clock } from "../../time/clock.ts";
import { type Nanos, nanos } from "../../time/nanos.ts";
import type { UpdaterAnswer, UpdaterAsk } from "./updater-ask.ts";
import type { UpdaterConfig, UpdaterEnd, UpdaterInput, UpdaterOutput } from "./updater-talk.ts";

/** The world as the updater reaches it. Each answers with the answer of its own port. */
export interface UpdaterPorts {
  /**
   * `progress` may be called while it runs. Rejects only with the signal's reason or for a bug: whatever the world does is an answer.
   */
  answer(ask: UpdaterAsk, context: AskContext): Promise<UpdaterAnswer>;
}

export interface AskContext {
  readonly signal: AbortSignal;
  progress(done: number, total: number): void;
}

/** What was heard or said, in order: with their times, the tape of the session. */
export type UpdaterObservation =
  | { readonly type: "input"; readonly at: Nanos; readonly value: UpdaterInput | typeof ELAPSED }
  | { readonly type: "output"; readonly at: Nanos; readonly value: UpdaterOutput };

export interface OperateUpdaterOptions {
  readonly ports: UpdaterPorts;
  readonly clock: Clock;
  /** The clock's reading at the session's `at` 0. */
  readonly origin: Nanos;
  observe(observation: UpdaterObservation): void;
  /** Gives the update up where that leaves things whole. */
  readonly cancel: AbortSignal;
}

/**
 * Drives an updater in the real world, from `begin` to its end.
 *
 * @throws FieldtapeError SUBJECT_CRASHED for an updater that waits for nothing; what a port throws.
 */
export async function operateUpdater(
  machine: Machine<UpdaterConfig, unknown, UpdaterInput, UpdaterOutput>,
  config: UpdaterConfig,
  options: OperateUpdaterOptions,
): Promise<UpdaterEnd> {
  await using operation = new Operation(machine, config, options);
  return await operation.run();
}

class Operation implements AsyncDisposable {
  private state: unknown;
  private end: UpdaterEnd | undefined;
  private readonly queue: UpdaterInput[] = [{ type: "begin" }];
  private readonly asked = new Map<number, { readonly withdraw: AbortController; readonly done: Promise<void> }>();
  private failure: { readonly cause: unknown } | undefined;
  private woken = new AbortController();
  private readonly machine: Machine<UpdaterConfig, unknown, UpdaterInput, UpdaterOutput>;
  private readonly options: OperateUpdaterOptions;
  private readonly onCancel = (): void => this.tell({ type: "cancel" });

  constructor(
    machine: Machine<UpdaterConfig, unknown, UpdaterInput, UpdaterOutput>,
    config: UpdaterConfig,
    options: OperateUpdaterOptions,
  ) {
    this.machine = machine;
    this.options = options;
    this.state = machine.initial(config);
    options.cancel.addEventListener("abort", this.onCancel, { once: true });
    if (options.cancel.aborted) this.onCancel();
  }

  async run(): Promise<UpdaterEnd> {
    for (;;) {
      if (this.failure !== undefined) throw this.failure.cause;
      const input = this.queue.shift();
      if (input !== undefined) this.step(input);
      else if (this.end !== undefined) return this.end;
      else await this.wait();
    }
  }

  /** Whatever is still on its way is withdrawn, and waited for: nothing of this session happens after it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.options.cancel.removeEventListener("abort", this.onCancel);
    for (const { withdraw } of this.asked.values()) withdraw.abort();
    await Promise.all([...this.asked.values()].map(({ done }) => done));
  }

  private step(input: UpdaterInput | typeof ELAPSED): void {
    const at = nanos(this.options.clock.now() - this.options.origin);
    this.options.observe({ type: "input", at, value: input });
    const { state, outputs } = this.machine.step(this.state, input, at);
    this.state = state;
    for (const output of outputs) {
      this.options.observe({ type: "output", at, value: output });
      if (output.type === "ask") this.ask(output.ask, output.of);
      else if (output.type === "withdraw") this.asked.get(output.ask)?.withdraw.abort();
      else if (output.type === "end") this.end = output;
    }
  }

  private ask(ask: number, of: UpdaterAsk): void {
    const withdraw = new AbortController();
    const progress = (done: number, total: number): void => this.tell({ type: "progress", ask, done, total });
    const done = this.options.ports.answer(of, { signal: withdraw.signal, progress }).then(
      (answer) => this.tell({ type: "answer", ask, answer }),
      (cause: unknown) => {
        if (!withdraw.signal.aborted) this.failure ??= { cause };
      },
    );
    this.asked.set(ask, { withdraw, done: done.finally(() => this.asked.delete(ask) && this.woken.abort()) });
  }

  private tell(input: UpdaterInput): void {
    this.queue.push(input);
    this.woken.abort();
  }

  private async wait(): Promise<void> {
    const due = this.machine.deadline(this.state);
    if (due === undefined && this.asked.size === 0) {
      throw new FieldtapeError("SUBJECT_CRASHED", `${this.machine.name} has not ended and waits for nothing`);
    }
    this.woken = new AbortController();
    const until = due === undefined ? nanos(Number.MAX_SAFE_INTEGER) : nanos(due + this.options.origin);
    try {
      await this.options.clock.sleepUntil(until, this.woken.signal);
      this.step(ELAPSED);
    } catch (thrown) {
      if (!this.woken.signal.aborted) throw thrown;
    }
  }
}
