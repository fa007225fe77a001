import { FieldtapeError } from "../errors.ts";
import type { EndRecord, OutputRecord, TapeRecord } from "../tape/record.ts";
import type { Clock } from "../time/clock.ts";
import { type Nanos, nanos, plus, seconds } from "../time/nanos.ts";

/** What decodes while recording; the same shape as a subject's run, of which the recorder knows nothing. */
export interface Decoder extends AsyncDisposable {
  advance(
    records: readonly TapeRecord[],
    until: Nanos,
    signal: AbortSignal,
  ): Promise<{ readonly outputs: readonly TapeRecord[]; readonly deadline: Nanos | undefined }>;
}

/** What it decodes waits with it: a decoder has no more than this for a record. */
export const DECODING_MAX = seconds(5);

/**
 * Adds to the tape what a later replay of it will say, byte for byte, and in tape order: what falls due before a record
 * stands before it, and what the record brings about behind it. To that end the decoder hears one record at a time, and is
 * brought no further than one nanosecond before it: more may come of the same instant (ADR 0001).
 *
 * A decoder that fails, or takes too long, is let go; the recording goes on without it.
 */
export class Decoding {
  readonly #decoder: Decoder;
  readonly #clock: Clock;
  readonly #never = new AbortController().signal;
  #deadline: Nanos | undefined;
  #failure: FieldtapeError | undefined;
  #letGo: Promise<void> | undefined;
  /** When what it is at began. */
  #since: Nanos | undefined;
  #alarm: Promise<void> | undefined;
  /** Whoever waits for the decoder hears that it hangs. */
  #hangUp: (failure: FieldtapeError) => void = () => {};
  readonly #over = new AbortController();

  constructor(decoder: Decoder, clock: Clock) {
    this.#decoder = decoder;
    this.#clock = clock;
  }

  /** When it next wants to hear that time has passed. */
  get deadline(): Nanos | undefined {
    return this.#deadline;
  }

  get failure(): FieldtapeError | undefined {
    return this.#failure;
  }

  /** Decodes no more. */
  giveUp(failure: FieldtapeError): void {
    this.#failure ??= failure;
    this.#deadline = undefined;
    this.#over.abort();
    // One that hangs may take its time to end, and one that is dead may fail once more.
    this.#letGo ??= Promise.resolve(this.#decoder[Symbol.asyncDispose]()).catch(() => {});
  }

  /** The outputs that stand before and behind `record`. Marks and outputs are heard by nobody: a replay does not feed them. */
  async take(record: TapeRecord & { readonly at: Nanos }): Promise<Surroundings> {
    const heard = record.type === "mark" || record.type === "output" ? [] : [record];
    const outputs = await this.#advance(heard, nanos(Math.max(0, record.at - 1)));
    const split = outputs.findIndex((output) => output.at >= record.at);
    if (split < 0) return { before: outputs, behind: [] };
    return { before: outputs.slice(0, split), behind: outputs.slice(split) };
  }

  /** Nothing more will come that is not later than `until`: what falls due by then. */
  elapse(until: Nanos): Promise<readonly OutputRecord[]> {
    return this.#advance([], until);
  }

  /** The tape ends at `at`: whatever is unfinished is said now. */
  async end(at: Nanos): Promise<readonly OutputRecord[]> {
    const end: EndRecord = { type: "end", at, records: 0, reason: "stop" };
    const outputs = await this.#advance([end], at);
    this.#over.abort();
    this.#letGo ??= Promise.resolve(this.#decoder[Symbol.asyncDispose]());
    await this.#letGo;
    return outputs;
  }

  async #advance(records: readonly TapeRecord[], until: Nanos): Promise<readonly OutputRecord[]> {
    if (this.#failure !== undefined) return [];
    try {
      const { outputs, deadline } = await this.#inTime(this.#decoder.advance(records, until, this.#never));
      this.#deadline = deadline;
      return outputs.filter((output) => output.type === "output");
    } catch (thrown) {
      if (!(thrown instanceof FieldtapeError)) throw thrown;
      this.giveUp(thrown);
      return [];
    }
  }

  /** @throws FieldtapeError SUBJECT_HUNG */
  async #inTime<T>(work: Promise<T>): Promise<T> {
    this.#since = this.#clock.now();
    this.#alarm ??= this.#watch().finally(() => {
      this.#alarm = undefined;
    });
    try {
      // Not Promise.race with something that stays: that would keep every record's turn until the recording ends.
      return await new Promise<T>((resolve, reject) => {
        this.#hangUp = reject;
        work.then(resolve, reject);
      });
    } finally {
      this.#since = undefined;
    }
  }

  /** Looks once in a while, and not at each of a thousand records, whether one takes too long. */
  async #watch(): Promise<void> {
    try {
      for (let due = this.#due; due !== undefined; due = this.#due) {
        if (due > this.#clock.now()) await this.#clock.sleepUntil(due, this.#over.signal);
        else return this.#hangUp(hung());
      }
    } catch {
      // It is over.
    }
  }

  get #due(): Nanos | undefined {
    return this.#since === undefined ? undefined : plus(this.#since, DECODING_MAX);
  }
}

function hung(): FieldtapeError {
  return new FieldtapeError("SUBJECT_HUNG", `the decoder took longer than ${DECODING_MAX / 1e9} s for a record`);
}

export interface Surroundings {
  readonly before: readonly OutputRecord[];
  readonly behind: readonly OutputRecord[];
}
