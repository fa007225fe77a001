import { FieldtapeError } from "../errors.ts";
import type { RawRecord } from "../tape/record.ts";
import type { Clock } from "../time/clock.ts";
import { type Nanos, nanos, ZERO } from "../time/nanos.ts";
import type { FedBatch, FedRecord, Landmark } from "./feed.ts";
import type { Placed } from "./placed.ts";
import type { Limit, ReplayStep, Upcoming } from "./replay-step.ts";
import type { OpenOptions, Subject, SubjectRun } from "./subject.ts";

/** How far a run has come. */
export interface Position {
  /** Every deadline until this tape time has fired. */
  readonly at: Nanos;
  /** Line of the record that was fed last; 0 before the first. */
  readonly line: number;
  /** Records fed so far. */
  readonly fed: number;
}

export interface ReplayRunOptions extends OpenOptions {
  /** With a snapshot: where it was taken. The batches go on behind it. */
  readonly resume?: Position;
  /** Names the tape in errors. */
  readonly file?: string;
  /** Measures what the run costs. */
  readonly clock?: Clock;
}

/** A subject at work: what will have come of it, and where the run stands then. */
interface Advance {
  readonly step: Promise<ReplayStep>;
  readonly position: Position;
}

/** Before the first record: not even a deadline at 0 has fired. */
const START: Position = { at: nanos(-1), line: 0, fed: 0 };
const NOTHING: FedBatch = { records: [], lines: [], answers: [] };

/**
 * One run of a subject over a tape, advanced by whoever paces it: at full speed, on a clock, or step by step. However the
 * run is cut into advances, the outputs are the same (ADR 0001).
 */
export class ReplayRun implements AsyncDisposable {
  readonly #batches: AsyncIterator<FedBatch, undefined>;
  readonly #run: SubjectRun;
  readonly #file: string | undefined;
  readonly #clock: Clock | undefined;
  /** How many records the subject is best fed at once; absent: as one likes. */
  readonly atOnce: number | undefined;
  #spent = 0;
  #batch: FedBatch = NOTHING;
  /** The next record of the batch. */
  #index = 0;
  #answers: Placed<RawRecord>[] = [];
  #delay = 0;
  #position: Position;
  /** Where the subject was told to go, which is ahead of the position while it is at work. */
  #told: Position;
  #deadline: Nanos | undefined;
  #ended = false;
  /** Behind the batch before this one. */
  #landmark: Landmark | undefined;

  private constructor(
    batches: AsyncIterable<FedBatch>,
    run: SubjectRun,
    options: ReplayRunOptions & { readonly atOnce: number | undefined },
  ) {
    this.#batches = batches[Symbol.asyncIterator]();
    this.#run = run;
    this.#file = options.file;
    this.#clock = options.clock;
    this.atOnce = options.atOnce;
    this.#position = options.resume ?? START;
    this.#told = this.#position;
  }

  static async open(
    batches: AsyncIterable<FedBatch>,
    subject: Subject,
    options: ReplayRunOptions,
    signal: AbortSignal,
  ): Promise<ReplayRun> {
    const run = new ReplayRun(batches, await subject.open(options), { ...options, atOnce: subject.atOnce });
    // A restored subject may have a deadline that only an advance tells.
    if (options.resume !== undefined) run.#deadline = (await run.#run.advance([], options.resume.at, signal)).deadline;
    return run;
  }

  /** Nanoseconds that reading and the subject took so far, by the clock given. */
  get spent(): number {
    return this.#spent;
  }

  get position(): Position {
    return this.#position;
  }

  /** When the subject next wants to hear that time has passed. */
  get deadline(): Nanos | undefined {
    return this.#deadline;
  }

  /** All state of the subject as bytes; `undefined` if it cannot give them. */
  async snapshot(): Promise<Uint8Array | undefined> {
    return this.#run.snapshot?.();
  }

  /** Where another run can be taken up with a snapshot of this one as it is now; `undefined` in the middle of a batch. */
  get landmark(): Landmark | undefined {
    return this.#index === 0 && this.#delay === 0 ? this.#landmark : undefined;
  }

  /** Everything that is still to come comes so much later. */
  delay(span: number): void {
    this.#delay += span;
  }

  /** What comes next; `undefined` when the run is over. At equal times a record precedes a deadline. */
  async upcoming(): Promise<Upcoming | undefined> {
    const next = await this.#next();
    const deadline = this.#deadline;
    const stopAt = this.#stopAt();
    if (deadline !== undefined && deadline <= stopAt && (next === undefined || deadline < next.at))
      return { type: "deadline", at: deadline };
    if (next !== undefined) return next;
    return this.#told.at < stopAt ? { type: "stop", at: stopAt } : undefined;
  }

  /**
   * Goes on as far as the limit and the records at hand allow, which is at least one record or deadline where there is one
   * within the limit; `undefined` when there is none.
   *
   * @throws FieldtapeError SUBJECT_CRASHED, SUBJECT_HUNG with the line, where it is known.
   */
  async advance(limit: Limit, signal: AbortSignal): Promise<ReplayStep | undefined> {
    return this.#arrive(this.#tell(limit, signal));
  }

  /**
   * The rest, in batches as they come. While a step is looked at, the subject is at work on the next one: nothing else may be asked of the
   * run in between, and it has no snapshot.
   *
   * @throws FieldtapeError as `advance`
   */
  async *rest(signal: AbortSignal): AsyncGenerator<ReplayStep, undefined> {
    let next = this.#tell({}, signal);
    for (;;) {
      signal.throwIfAborted();
      const step = await this.#arrive(next, () => {
        next = this.#tell({}, signal);
        next.catch(() => undefined); // whoever waits for it hears of it
      });
      if (step === undefined) return;
      yield step;
    }
  }

  /** Waits for a step that the subject was told of; `meanwhile`: it is at work. */
  async #arrive(telling: Promise<Advance | undefined>, meanwhile?: () => void): Promise<ReplayStep | undefined> {
    const began = this.#clock?.now() ?? 0;
    const advance = await telling;
    if (advance === undefined) return undefined;
    meanwhile?.();
    const step = await advance.step;
    this.#position = advance.position;
    this.#spent += (this.#clock?.now() ?? 0) - began;
    return step;
  }

  /** Tells the subject what comes next. */
  async #tell(limit: Limit, signal: AbortSignal): Promise<Advance | undefined> {
    await this.#next();
    const first = this.#index;
    const last = this.#lastWithin(limit);
    const whole = first === 0 && last === this.#batch.records.length;
    const fed = this.#delayed(whole ? this.#batch.records : this.#batch.records.slice(first, last));
    const lines = whole ? this.#batch.lines : this.#batch.lines.slice(first, last);
    this.#index = last;
    const next = await this.#next();
    const until = nanos(
      Math.min(limit.at ?? Number.MAX_SAFE_INTEGER, next === undefined ? this.#stopAt() : next.at - 1),
    );
    const { at, line, fed: before } = this.#told;
    if (fed.length === 0 && until <= at) return undefined;
    const step = this.#feed(fed, lines, until, signal);
    step.catch(() => undefined); // whoever waits for it hears of it
    const position = { at: nanos(Math.max(at, until)), line: lines.at(-1) ?? line, fed: before + fed.length };
    this.#told = position;
    return { step, position };
  }

  /** Bytes that stand on the tape, before what comes next, in place of what a participant sends; each is given once. */
  async takeAnswers(): Promise<readonly Placed<RawRecord>[]> {
    const next = await this.#next();
    if (this.#answers.length === 0) return [];
    const count = next === undefined ? -1 : this.#answers.findIndex(({ line }) => line > next.line);
    return this.#answers.splice(0, count < 0 ? this.#answers.length : count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run[Symbol.asyncDispose]();
    await this.#batches.return?.();
  }

  /** The next record, from the next batch if need be. */
  async #next(): Promise<(Upcoming & { readonly type: "record" }) | undefined> {
    while (this.#index >= this.#batch.records.length && !this.#ended) await this.#load();
    const record = this.#batch.records[this.#index];
    const line = this.#batch.lines[this.#index];
    if (record === undefined || line === undefined) return undefined;
    return { type: "record", at: nanos(record.at + this.#delay), line, record };
  }

  async #load(): Promise<void> {
    const { done, value } = await this.#batches.next();
    if (done === true) {
      this.#ended = true;
      return;
    }
    for (const answer of value.answers) this.#answers.push(answer);
    this.#landmark = this.#batch.after;
    this.#batch = value;
    this.#index = 0;
    this.#ended = value.stopAt !== undefined;
  }

  #stopAt(): Nanos {
    if (!this.#ended) return nanos(Number.MAX_SAFE_INTEGER);
    const { at } = this.#told;
    return nanos(Math.max(at, (this.#batch.stopAt ?? at) + this.#delay));
  }

  /** Index behind the last record of the batch that the limit lets through: `at` and line both only grow. */
  #lastWithin({ at, line, count }: Limit): number {
    const { records, lines } = this.#batch;
    let low = this.#index;
    let high = Math.min(records.length, low + (count ?? records.length));
    const atMost = (at ?? Number.POSITIVE_INFINITY) - this.#delay;
    const lineBelow = line ?? Number.POSITIVE_INFINITY;
    const within = (index: number): boolean => (records[index]?.at ?? 0) <= atMost && (lines[index] ?? 0) < lineBelow;
    if (high > low && within(high - 1)) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (within(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #delayed(records: readonly FedRecord[]): readonly FedRecord[] {
    if (this.#delay === 0) return records;
    return records.map((record) => ({ ...record, at: nanos(record.at + this.#delay) }));
  }

  async #feed(
    fed: readonly FedRecord[],
    lines: readonly number[],
    until: Nanos,
    signal: AbortSignal,
  ): Promise<ReplayStep> {
    try {
      const { outputs, deadline } = await this.#run.advance(fed, until, signal);
      this.#deadline = deadline;
      return { fed, lines, outputs, at: nanos(Math.max(until, fed.at(-1)?.at ?? ZERO)) };
    } catch (thrown) {
      signal.throwIfAborted();
      throw this.#failed(thrown, lines);
    }
  }

  /** A subject that throws, hangs or dies is an outcome, told with the record that did it where that is known. */
  #failed(thrown: unknown, lines: readonly number[]): unknown {
    const known = thrown instanceof FieldtapeError;
    if (known && thrown.code !== "SUBJECT_CRASHED" && thrown.code !== "SUBJECT_HUNG") return thrown;
    const [first = this.#position.line] = lines;
    const last = lines.at(-1) ?? first;
    const where = first === last ? "" : ` (while it was fed lines ${first} to ${last})`;
    const message = known ? thrown.message : `the subject threw ${String(thrown)}`;
    return new FieldtapeError(known ? thrown.code : "SUBJECT_CRASHED", message + where, {
      cause: thrown,
      ...(known && thrown.hint !== undefined ? { hint: thrown.hint } : {}),
      ...(this.#file === undefined ? {} : { file: this.#file }),
      line: known && thrown.line !== undefined ? thrown.line : first,
    });
  }
}
