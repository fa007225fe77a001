import { formatRecord } from "../tape/line.ts";
import type { RecordBatch, TapeRecord } from "../tape/record.ts";

/** Where a second run first said another line than the first one; `undefined`: it said nothing more. */
export interface Unstable {
  /** Counted from 1. */
  readonly output: number;
  readonly first: string | undefined;
  readonly second: string | undefined;
}

/** Holds what a second run says against the first one's canonical lines, byte for byte. */
export class RepeatCheck implements AsyncDisposable {
  readonly #first: AsyncIterator<RecordBatch>;
  #batch: readonly TapeRecord[] = [];
  #next = 0;
  #output = 0;
  #unstable: Unstable | undefined;

  constructor(first: AsyncIterable<RecordBatch>) {
    this.#first = first[Symbol.asyncIterator]();
  }

  /** Takes what the second run says next; answers with the first difference, now and ever after. */
  async take(outputs: readonly TapeRecord[]): Promise<Unstable | undefined> {
    for (const output of outputs) {
      if (this.#unstable !== undefined) break;
      await this.#hold(formatRecord(output));
    }
    return this.#unstable;
  }

  /** The second run has said all. */
  async finish(): Promise<Unstable | undefined> {
    if (this.#unstable === undefined) await this.#hold(undefined);
    return this.#unstable;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#first.return?.();
  }

  async #hold(second: string | undefined): Promise<void> {
    this.#output += 1;
    const record = await this.#pull();
    const first = record === undefined ? undefined : formatRecord(record);
    if (first !== second) this.#unstable = { output: this.#output, first, second };
  }

  async #pull(): Promise<TapeRecord | undefined> {
    while (this.#next >= this.#batch.length) {
      const { done, value } = await this.#first.next();
      if (done === true) return undefined;
      this.#batch = value.records;
      this.#next = 0;
    }
    this.#next += 1;
    return this.#batch[this.#next - 1];
  }
}
