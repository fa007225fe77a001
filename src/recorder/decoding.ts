import { FieldtapeError } from "../errors.ts";
import type { EndRecord, OutputRecord, TapeRecord } from "../tape/record.ts";
import { type Nanos, nanos } from "../time/nanos.ts";

/** What decodes while recording; the same shape as a subject's run, of which the recorder knows nothing. */
export interface Decoder extends AsyncDisposable {
  advance(
    records: readonly TapeRecord[],
    until: Nanos,
    signal: AbortSignal,
  ): Promise<{ readonly outputs: readonly TapeRecord[]; readonly deadline: Nanos | undefined }>;
}

/**
 * Adds to the tape what a later replay of it will say, byte for byte, and in tape order: what falls due before a record
 * stands before it, and what the record brings about behind it. To that end the decoder hears one record at a time, and is
 * brought no further than one nanosecond before it: more may come of the same instant (ADR 0001).
 *
 * A decoder that fails is let go; the recording goes on without it.
 */
export class Decoding {
  readonly #decoder: Decoder;
  readonly #never = new AbortController().signal;
  #deadline: Nanos | undefined;
  #failure: FieldtapeError | undefined;

  constructor(decoder: Decoder) {
    this.#decoder = decoder;
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
    await this.#decoder[Symbol.asyncDispose]();
    return outputs;
  }

  async #advance(records: readonly TapeRecord[], until: Nanos): Promise<readonly OutputRecord[]> {
    if (this.#failure !== undefined) return [];
    try {
      const { outputs, deadline } = await this.#decoder.advance(records, until, this.#never);
      this.#deadline = deadline;
      return outputs.filter((output) => output.type === "output");
    } catch (thrown) {
      if (!(thrown instanceof FieldtapeError)) throw thrown;
      this.giveUp(thrown);
      return [];
    }
  }
}

export interface Surroundings {
  readonly before: readonly OutputRecord[];
  readonly behind: readonly OutputRecord[];
}
