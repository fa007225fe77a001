import { FieldtapeError } from "../errors.ts";
import type { Clock } from "../time/clock.ts";
import { type Nanos, nanos, plus, ZERO } from "../time/nanos.ts";
import type { FedBatch, FedRecord } from "./feed.ts";
import type { Pace } from "./pace.ts";
import type { CheckedStep } from "./replay-tape.ts";
import type { SentCheck } from "./sent-check.ts";
import type { Wires } from "./wires.ts";

export interface WirePlayerOptions {
  readonly pace: Pace;
  /** The clock behind `pace.clock`: patience passes on it while tape time stands still. */
  readonly steady: Clock;
  /** What the program answers is held against the tape. */
  readonly sent?: SentCheck;
  /** Policy `wait`: the next bytes of a channel wait, and tape time with them, until the program has answered, at most so long. */
  readonly waitMost?: Nanos;
  /** Where on the tape the replay begins. */
  readonly from?: Nanos;
  /** Names the tape in errors. */
  readonly file: string;
}

type Steps = AsyncGenerator<CheckedStep, void, undefined>;

/** The moves of a replay to live programs. Each hands over what came in meanwhile. */
export class WirePlayer {
  /** What the program should have answered never came: there is nothing left to wait for. */
  lost = false;
  readonly #wires: Wires;
  readonly #options: WirePlayerOptions;
  readonly #signal: AbortSignal;
  /** Tape time of the record that was played last. */
  #previous: Nanos;
  /** Answers of the batch that were handed to the check. */
  #expected: { readonly batch: FedBatch; count: number } | undefined;

  constructor(wires: Wires, options: WirePlayerOptions, signal: AbortSignal) {
    this.#wires = wires;
    this.#options = options;
    this.#signal = signal;
    this.#previous = options.from ?? ZERO;
  }

  /** The program owes what stands on the tape before `line`. */
  async expect(batch: FedBatch, line: number): Promise<void> {
    if (this.#expected?.batch !== batch) this.#expected = { batch, count: 0 };
    const { count } = this.#expected;
    let next = count;
    while ((batch.answers[next]?.line ?? Number.POSITIVE_INFINITY) < line) next += 1;
    this.#expected.count = next;
    if (next > count) await this.#options.sent?.expect(batch.answers.slice(count, next));
  }

  /** Lets time pass until `next`; silence beyond the longest gap that is waited for is jumped over. */
  async *idle(next: Nanos): Steps {
    const { clock, maxGap } = this.#options.pace;
    const patience = maxGap === undefined ? next : Math.min(next, this.#previous + maxGap);
    yield* this.#sleep(clock, nanos(patience));
    if (clock.now() < next) clock.seek(next);
    this.#previous = next;
  }

  /** Lets time pass until the end: the program's last answer is no gap to be shortened. */
  async *drain(end: Nanos): Steps {
    yield* this.#sleep(this.#options.pace.clock, end);
    this.#previous = end;
  }

  /** Policy `wait`: tape time stands still while the program owes what the tape has before these bytes. */
  async *patience(record: FedRecord): Steps {
    const { sent, waitMost, steady, pace } = this.#options;
    if (sent === undefined || waitMost === undefined || record.type !== "raw" || !sent.owes(record.channel)) return;
    pace.clock.pause();
    const until = plus(steady.now(), waitMost);
    for await (const step of this.#sleep(steady, until)) {
      yield step;
      if (step.divergence !== undefined || !sent.owes(record.channel)) break;
    }
    pace.clock.resume();
    const divergence = sent.owes(record.channel) ? await sent.finish() : undefined;
    if (divergence === undefined) return;
    this.lost = true;
    yield { ...(await this.step()), divergence };
  }

  /** Opens the wire that this record needs; tape time stands still meanwhile. */
  async connect(record: FedRecord, line: number): Promise<void> {
    const { clock } = this.#options.pace;
    if (!this.#wires.needsWire(record) || !("channel" in record) || record.channel === undefined) return;
    clock.pause();
    await this.#placing(line, this.#wires.connect(record.channel, this.#signal));
    clock.resume();
  }

  async play(record: FedRecord, line: number): Promise<CheckedStep> {
    const { clock, lateness } = this.#options.pace;
    if (record.type === "raw") lateness.add((clock.now() - record.at) / clock.rate);
    await this.#placing(line, this.#wires.play(record));
    return this.step(record, line);
  }

  /** What was played, if anything, and what came in by now. */
  async step(record?: FedRecord, line = 0): Promise<CheckedStep> {
    const outputs = this.#wires.take();
    const at = nanos(Math.max(this.#previous, outputs.at(-1)?.at ?? ZERO));
    const divergence = await this.#options.sent?.take(outputs, at);
    const fed = record === undefined ? { fed: [], lines: [] } : { fed: [record], lines: [line] };
    return { ...fed, outputs, at, ...(divergence === undefined ? {} : { divergence }) };
  }

  /** What has come in when it is over for whatever reason. */
  async rest(): Promise<CheckedStep> {
    this.#wires.forgive();
    return this.step();
  }

  /** Sleeps until then, handing over what comes in as it comes. */
  async *#sleep(clock: Clock, until: Nanos): Steps {
    while (!(await this.#slept(clock, until))) yield await this.step();
  }

  /** Whether it slept through; otherwise something came in. */
  async #slept(clock: Clock, until: Nanos): Promise<boolean> {
    if (clock.now() >= until) return true;
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    const forget = this.#wires.onArrival(wake);
    this.#signal.addEventListener("abort", wake, { once: true });
    try {
      await clock.sleepUntil(until, woken.signal);
      return true;
    } catch (thrown) {
      this.#signal.throwIfAborted();
      if (!woken.signal.aborted) throw thrown;
      return false;
    } finally {
      forget();
      this.#signal.removeEventListener("abort", wake);
    }
  }

  /** Adds to a failure of the wire, or of the program behind it, which line could not be played. */
  async #placing(line: number, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (failed) {
      const thrown = this.#signal.aborted ? this.#signal.reason : failed;
      if (!(thrown instanceof FieldtapeError) || thrown.code === "ABORTED" || thrown.line !== undefined) throw thrown;
      const { code, message, hint, cause } = thrown;
      const { file } = this.#options;
      throw new FieldtapeError(code, message, { cause, file, line, ...(hint === undefined ? {} : { hint }) });
    }
  }
}
