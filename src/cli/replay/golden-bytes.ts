import type { SentDivergence } from "../../replayer/divergence.ts";
import { SentBytes, type SentBytesOptions } from "../../replayer/sent-bytes.ts";
import { openTape, type TapeReader } from "../../tape/reader.ts";
import type { RecordBatch, TapeRecord } from "../../tape/record.ts";
import type { Nanos } from "../../time/nanos.ts";

/** Holds what a live program sends against the bytes that a golden has of an earlier one. */
export class GoldenBytes implements AsyncDisposable {
  readonly #golden: TapeReader;
  readonly #batches: AsyncGenerator<RecordBatch>;
  readonly #check: SentBytes;
  #over = false;

  private constructor(golden: TapeReader, options: SentBytesOptions) {
    this.#golden = golden;
    this.#batches = golden.batches();
    this.#check = new SentBytes(options);
  }

  static async open(path: string, options: SentBytesOptions): Promise<GoldenBytes> {
    return new GoldenBytes(await openTape(path), options);
  }

  /** The program said this until tape time `at`; the golden is read as far. */
  async take(outputs: readonly TapeRecord[], at: Nanos): Promise<SentDivergence | undefined> {
    await this.#readUntil(at);
    return this.#check.take(outputs);
  }

  async finish(): Promise<SentDivergence | undefined> {
    await this.#readUntil(Number.POSITIVE_INFINITY);
    return this.#check.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#batches.return(undefined);
    await this.#golden[Symbol.asyncDispose]();
  }

  #readAt = -1;

  async #readUntil(at: number): Promise<void> {
    while (!this.#over && this.#readAt <= at) {
      const { done, value } = await this.#batches.next();
      if (done === true) {
        this.#over = true;
        return;
      }
      for (const [index, record] of value.records.entries()) {
        if (record.type !== "header") this.#readAt = record.at;
        if (record.type === "raw" && record.dir === "tx")
          await this.#check.expect([{ line: value.firstLine + index, record }]);
      }
    }
  }
}
