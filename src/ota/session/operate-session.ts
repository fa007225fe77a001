import { FieldtapeError } from "../../errors.ts";
import { ELAPSED, type Elapsed } from "../../machine/machine.ts";
import type { Clock } from "../../time/clock.ts";
import { type Nanos, nanos } from "../../time/nanos.ts";
import type { UpdaterEnd } from "../update/updater-talk.ts";
import type { SessionAnswer, SessionAsk, SessionConfig, SessionInput, SessionOutput } from "./session-talk.ts";
import type { SessionState, UpdateSession } from "./update-session.ts";

/** The world as a session reaches it. */
export interface SessionPorts {
  /** Rejects only with the signal's reason or for a bug: whatever the world does is an answer. */
  answer(ask: SessionAsk, signal: AbortSignal): Promise<SessionAnswer>;
  hangUp(request: number): void;
}

/** What was heard or said, in order: with their times, the tape of the session. */
export type SessionObservation =
  | { readonly type: "input"; readonly at: Nanos; readonly value: SessionInput | Elapsed; readonly to?: SessionAsk }
  | { readonly type: "output"; readonly at: Nanos; readonly value: SessionOutput };

export interface OperateSessionOptions {
  readonly ports: SessionPorts;
  readonly clock: Clock;
  /** The clock's reading at the session's `at` 0. */
  readonly origin: Nanos;
  /** Nothing more happens until it has resolved. */
  observe(observation: SessionObservation): Promise<void> | void;
  /** Gives the update up where that leaves things whole. */
  readonly cancel: AbortSignal;
}

/**
 * Drives an update session in the real world, from `begin` to its end.
 *
 * @throws FieldtapeError SUBJECT_CRASHED for a session that waits for nothing; what a port or the observer throws.
 */
export async function operateSession(
  session: UpdateSession,
  config: SessionConfig,
  options: OperateSessionOptions,
): Promise<UpdaterEnd> {
  const operation = new Operation(session, config, options);
  const cancel = (): void => operation.hear({ type: "cancel" });
  options.cancel.addEventListener("abort", cancel, { once: true });
  if (options.cancel.aborted) cancel();
  try {
    return await operation.run();
  } finally {
    options.cancel.removeEventListener("abort", cancel);
    await operation.close();
  }
}

/** An ask that is on its way. */
interface Pending {
  readonly ask: number;
  readonly of: SessionAsk;
  readonly withdraw: AbortController;
  readonly done: Promise<void>;
}

class Operation {
  private readonly session: UpdateSession;
  private readonly options: OperateSessionOptions;
  private state: SessionState;
  private end: UpdaterEnd | undefined;
  private readonly queue: { readonly input: SessionInput; readonly to?: SessionAsk }[] = [{ input: { type: "begin" } }];
  private readonly pending = new Map<number, Pending>();
  private failure: { readonly cause: unknown } | undefined;
  private woken = new AbortController();

  constructor(session: UpdateSession, config: SessionConfig, options: OperateSessionOptions) {
    this.session = session;
    this.options = options;
    this.state = session.initial(config);
  }

  async run(): Promise<UpdaterEnd> {
    for (;;) {
      if (this.failure !== undefined) throw this.failure.cause;
      const next = this.queue.shift();
      if (next !== undefined) await this.step(next.input, next.to);
      else if (this.end !== undefined) return this.end;
      else await this.wait();
    }
  }

  hear(input: SessionInput, to?: SessionAsk): void {
    this.queue.push(to === undefined ? { input } : { input, to });
    this.woken.abort();
  }

  /** Whatever is still on its way is withdrawn, and waited for: nothing of this session happens after it. */
  async close(): Promise<void> {
    const pending = [...this.pending.values()];
    for (const { withdraw } of pending) withdraw.abort();
    await Promise.all(pending.map(({ done }) => done));
  }

  private async step(input: SessionInput | Elapsed, to?: SessionAsk): Promise<void> {
    const { clock, origin, observe } = this.options;
    const at = nanos(clock.now() - origin);
    await observe({ type: "input", at, value: input, ...(to === undefined ? {} : { to }) });
    const { state, outputs } = this.session.step(this.state, input, at);
    this.state = state;
    for (const output of outputs) {
      await observe({ type: "output", at, value: output });
      this.perform(output);
    }
  }

  private perform(output: SessionOutput): void {
    if (output.type === "ask") this.ask(output.ask, output.of);
    else if (output.type === "withdraw") this.pending.get(output.ask)?.withdraw.abort();
    else if (output.type === "hang-up") this.options.ports.hangUp(output.request);
    else if (output.type === "end") this.end = output;
  }

  private ask(ask: number, of: SessionAsk): void {
    const withdraw = new AbortController();
    const done = this.options.ports.answer(of, withdraw.signal).then(
      (answer) => {
        if (!withdraw.signal.aborted) this.hear({ type: "answer", ask, answer }, of);
      },
      (cause: unknown) => {
        if (!withdraw.signal.aborted) this.failure ??= { cause };
      },
    );
    const settled = done.finally(() => {
      this.pending.delete(ask);
      this.woken.abort();
    });
    this.pending.set(ask, { ask, of, withdraw, done: settled });
  }

  private async wait(): Promise<void> {
    const due = this.session.deadline(this.state);
    if (due === undefined && this.pending.size === 0) {
      throw new FieldtapeError("SUBJECT_CRASHED", `${this.session.name} has not ended and waits for nothing`);
    }
    this.woken = new AbortController();
    const until = due === undefined ? nanos(Number.MAX_SAFE_INTEGER) : nanos(due + this.options.origin);
    try {
      await this.options.clock.sleepUntil(until, this.woken.signal);
    } catch (thrown) {
      if (this.woken.signal.aborted) return;
      throw thrown;
    }
    await this.step(ELAPSED);
  }
}
