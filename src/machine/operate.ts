import { assert, FieldtapeError } from "../errors.ts";
import type { Clock } from "../time/clock.ts";
import { type Nanos, nanos } from "../time/nanos.ts";
import { Chain } from "./chain.ts";
import { askValue, type ChainOutput, type ChainPlan, type ChainRecord, type ChainSink } from "./chain-plan.ts";

/** What happens in the world: anything that a tape may hold, stamped on arrival. */
export type WorldRecord = Exclude<ChainRecord, { readonly type: "header" }>;

/** The world as a participant reaches it. What comes of it is told by the inputs: a link that opens, closes or is lost. */
export interface Ports {
  /** Resolves when the system has taken the bytes. A rejection with LINK_LOST is old news; any other ends the operation. */
  send(channel: number, bytes: Uint8Array): Promise<void>;
  ask(channel: number, link: "open" | "close"): void;
}

export interface OperateOptions<R extends WorldRecord> {
  /**
   * Batches in the order of arrival. `at` is tape time, a reading of `clock` minus `origin` from the turn of the event loop in
   * which the batch can be had; the last record is an `end`, which may lie ahead of the clock: time then runs on to it at once.
   */
  readonly inputs: AsyncIterable<readonly R[]>;
  readonly clock: Clock;
  /** The clock's reading at the tape's `at` 0. */
  readonly origin: Nanos;
  /** Resolves when everything that could go on has gone on: `turn`. Whatever waits by then is heard before a deadline fires. */
  readonly settle: () => Promise<void>;
  /** A must for a participant. */
  readonly ports?: Ports;
  /** Gets all that was heard and said, in the order of the tape. Nothing more is heard until it has resolved. */
  observe(observations: readonly (R | ChainOutput)[]): Promise<void> | void;
  /** Gives up at once. To stop in order, end the inputs. */
  readonly signal: AbortSignal;
}

/**
 * Drives machines in the real world: hears `inputs`, fires deadlines when the clock has passed them, and reaches the world
 * through `ports`. What a deadline says has the deadline's own `at` and stands before every later input, so the
 * observations are a tape that gives the same outputs when it is replayed. An input that was stamped before a deadline,
 * and yet came after that had fired, is moved right behind it: what is observed is what was heard.
 *
 * @throws FieldtapeError SUBJECT_CRASHED for a machine that breaks its law, LIMIT_EXCEEDED when a port takes too little;
 *   what a port or the inputs throw; the signal's reason.
 */
export async function operate<R extends WorldRecord>(plan: ChainPlan, options: OperateOptions<R>): Promise<void> {
  assert(plan.role === "observer" || options.ports !== undefined, "a participant without ports");
  const operation = new Operation(plan, options);
  const wake = (): void => operation.wake();
  options.signal.addEventListener("abort", wake, { once: true });
  try {
    await operation.run();
  } finally {
    options.signal.removeEventListener("abort", wake);
  }
}

/** Bytes that ports may have been given and not yet taken. */
const UNSENT_MAX = 16 * 1024 * 1024;
const NEVER = nanos(Number.MAX_SAFE_INTEGER);

class Operation<R extends WorldRecord> implements ChainSink {
  private readonly options: OperateOptions<R>;
  private readonly chain: Chain;
  private readonly batches: AsyncIterator<readonly R[]>;
  private observations: (R | ChainOutput)[] = [];
  private arrived: IteratorResult<readonly R[]> | undefined;
  private failure: { readonly cause: unknown } | undefined;
  /** Nothing is heard before this: a deadline of the nanosecond before it has fired. */
  private notBefore = 0;
  private readonly sending = new Set<Promise<void>>();
  private unsent = 0;
  private woken = new AbortController();

  constructor(plan: ChainPlan, options: OperateOptions<R>) {
    this.options = options;
    this.chain = new Chain(plan, this, { time: "recorded" });
    this.batches = options.inputs[Symbol.asyncIterator]();
  }

  async run(): Promise<void> {
    this.pull();
    for (;;) {
      this.options.signal.throwIfAborted();
      this.throwFailure();
      if (this.arrived === undefined) await this.options.settle();
      if (this.arrived === undefined) {
        this.fire();
        await this.tell();
        await this.sleep();
      } else {
        if (this.arrived.done === true) break;
        this.hear(this.arrived.value);
        this.pull();
        await this.tell();
      }
    }
    await Promise.allSettled(this.sending);
    this.throwFailure();
  }

  wake(): void {
    this.woken.abort();
  }

  says(at: Nanos, machine: string, channel: number, value: Extract<ChainOutput, { type: "output" }>["value"]): void {
    this.observations.push({ type: "output", at, machine, channel, value });
  }

  sends(at: Nanos, channel: number, bytes: Uint8Array): void {
    this.observations.push({ type: "raw", at, channel, dir: "tx", bytes });
    this.unsent += bytes.length;
    if (this.unsent > UNSENT_MAX) throw blocked(channel, this.unsent);
    const { ports } = this.options;
    if (ports !== undefined) void this.send(ports, channel, bytes);
  }

  asks(at: Nanos, machine: string, channel: number, link: "open" | "close"): void {
    this.says(at, machine, channel, askValue(link));
    this.options.ports?.ask(channel, link);
  }

  private pull(): void {
    this.arrived = undefined;
    this.batches.next().then(
      (arrived) => {
        this.arrived = arrived;
        this.wake();
      },
      (thrown: unknown) => this.fail(thrown),
    );
  }

  private hear(batch: readonly R[]): void {
    for (const arrived of batch) {
      const record = arrived.at >= this.notBefore ? arrived : { ...arrived, at: nanos(this.notBefore) };
      this.chain.elapse(nanos(record.at - 1));
      this.observations.push(record);
      this.chain.take(record);
      // Time ends here: what is due at the very end still comes.
      if (record.type === "end") this.chain.elapse(record.at);
    }
  }

  /**
   * Fires the deadlines that lie before now. All has settled and nothing waits to be heard, so whatever comes will be stamped
   * now or later; at a deadline's own time an input could still come, and would go first.
   */
  private fire(): void {
    const now = this.now();
    for (let due = this.chain.deadline; due !== undefined && due < now; due = this.chain.deadline) {
      this.chain.elapse(due);
      this.notBefore = due + 1;
    }
  }

  private async tell(): Promise<void> {
    if (this.observations.length === 0) return;
    const observations = this.observations;
    this.observations = [];
    await this.options.observe(observations);
  }

  /** Until something arrives or fails, or the next deadline has passed. */
  private async sleep(): Promise<void> {
    this.woken = new AbortController();
    if (this.arrived !== undefined || this.failure !== undefined || this.options.signal.aborted) return;
    const due = this.chain.deadline;
    const until = due === undefined ? NEVER : nanos(this.options.origin + due + 1);
    try {
      await this.options.clock.sleepUntil(until, this.woken.signal);
    } catch (thrown) {
      if (!this.woken.signal.aborted) throw thrown;
    }
  }

  private now(): number {
    return this.options.clock.now() - this.options.origin;
  }

  private async send(ports: Ports, channel: number, bytes: Uint8Array): Promise<void> {
    try {
      const sending = ports.send(channel, bytes);
      this.sending.add(sending);
      await sending.finally(() => this.sending.delete(sending));
    } catch (thrown) {
      if (!isLinkLost(thrown)) this.fail(thrown);
    }
    this.unsent -= bytes.length;
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure.cause;
  }

  private fail(cause: unknown): void {
    this.failure ??= { cause };
    this.wake();
  }
}

function isLinkLost(thrown: unknown): boolean {
  return thrown instanceof FieldtapeError && thrown.code === "LINK_LOST";
}

function blocked(channel: number, unsent: number): FieldtapeError {
  return new FieldtapeError(
    "LIMIT_EXCEEDED",
    `${unsent} bytes wait to be sent, the last of them on channel ${channel}`,
    {
      hint: "the other end does not read",
    },
  );
}
