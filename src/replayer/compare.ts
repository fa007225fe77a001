import type { RecordBatch, TapeRecord } from "../tape/record.ts";
import type { Nanos } from "../time/nanos.ts";
import { type AtPolicy, type Divergence, firstDifference, isSaid, type Said } from "./divergence.ts";
import type { Placed } from "./placed.ts";
import type { Subject } from "./subject.ts";

export interface ComparisonOptions {
  /** An observer says only outputs: `raw` records in the expected tape are its input, not its answers. */
  readonly role: Subject["role"];
  readonly at: AtPolicy;
  /** Expected records before `from` and after `until` are left out: only this part is played. */
  readonly from?: Nanos;
  readonly until?: Nanos;
}

/**
 * Compares what a subject says with an expected tape (a golden, an earlier replay, a tape recorded with its frames), record
 * by record, in constant memory. The first divergence ends it.
 */
export class Comparison implements AsyncDisposable {
  readonly #expected: AsyncIterator<Placed<Said>[]>;
  readonly #at: AtPolicy;
  #batch: readonly Placed<Said>[] = [];
  #next = 0;
  #compared = 0;
  #divergence: Divergence | undefined;

  constructor(expected: AsyncIterable<RecordBatch>, options: ComparisonOptions) {
    this.#expected = saidIn(expected, options);
    this.#at = options.at;
  }

  /** How many records were found alike. */
  get compared(): number {
    return this.#compared;
  }

  get divergence(): Divergence | undefined {
    return this.#divergence;
  }

  /** Takes what the subject said next; answers with the first divergence, now and ever after. */
  async take(outputs: readonly TapeRecord[]): Promise<Divergence | undefined> {
    for (const actual of outputs) {
      if (this.#divergence !== undefined) break;
      if (isSaid(actual)) await this.#takeOne(actual);
    }
    return this.#divergence;
  }

  /** The subject has said all: what is still expected is missing. */
  async finish(): Promise<Divergence | undefined> {
    if (this.#divergence !== undefined) return this.#divergence;
    const expected = await this.#peek();
    if (expected !== undefined) this.#divergence = { type: "missing", expected };
    return this.#divergence;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#expected.return?.();
  }

  async #takeOne(actual: Said): Promise<void> {
    const expected = this.#batch[this.#next] ?? (await this.#peek());
    if (expected === undefined) {
      this.#divergence = { type: "unexpected", actual };
      return;
    }
    const path = firstDifference(expected.record, actual, this.#at);
    if (path !== undefined) {
      this.#divergence = { type: "different", path, expected, actual };
      return;
    }
    this.#next += 1;
    this.#compared += 1;
  }

  async #peek(): Promise<Placed<Said> | undefined> {
    while (this.#next >= this.#batch.length) {
      const { done, value } = await this.#expected.next();
      if (done === true) return undefined;
      this.#batch = value;
      this.#next = 0;
    }
    return this.#batch[this.#next];
  }
}

async function* saidIn(
  batches: AsyncIterable<RecordBatch>,
  { role, from, until }: ComparisonOptions,
): AsyncGenerator<Placed<Said>[], undefined> {
  for await (const { firstLine, records } of batches) {
    const said: Placed<Said>[] = [];
    let over = false;
    for (const [index, record] of records.entries()) {
      if (!isSaid(record) || (record.type === "raw" && (role === "observer" || record.dir === "rx"))) continue;
      if (from !== undefined && record.at < from) continue;
      over = until !== undefined && record.at > until;
      if (over) break;
      said.push({ line: firstLine + index, record });
    }
    yield said;
    if (over) return;
  }
}
