import { FieldtapeError } from "../errors.ts";
import { type Nanos, plus } from "../time/nanos.ts";
import type { MergeSource } from "./merge-sources.ts";
import { openTape, type TapeReader } from "./reader.ts";
import type { RecordBatch, TapeRecord } from "./record.ts";
import { withAt } from "./relocate.ts";

/** A record at its place in the merged tape, and what it was in its source. */
export interface MergedRecord {
  readonly record: Exclude<TapeRecord, { type: "header" }>;
  readonly source: number;
  /** Counted from 0 in its source, without the header. */
  readonly index: number;
}

const BATCH = 512;

/**
 * The records of several tapes in the order of their times; at equal times in the order of the sources. A source is opened when its time has
 * come: a recording may have a thousand segments.
 */
export async function* mergedRecords(sources: readonly MergeSource[]): AsyncGenerator<readonly MergedRecord[]> {
  const waiting = sources
    .map((source, number) => ({ source, number }))
    .toSorted((a, b) => a.source.shift - b.source.shift);
  const open: SourceStream[] = [];
  let out: MergedRecord[] = [];
  try {
    for (;;) {
      for (let next = waiting[0]; next !== undefined && isDue(next.source.shift, open); next = waiting[0]) {
        waiting.shift();
        const stream = await SourceStream.open(next.source, next.number);
        if (stream !== undefined) open.push(stream);
      }
      const stream = earliest(open);
      if (stream === undefined) break;
      out.push(stream.take());
      if (stream.empty && !(await stream.fill())) {
        open.splice(open.indexOf(stream), 1);
        await stream[Symbol.asyncDispose]();
      }
      if (out.length < BATCH) continue;
      yield out;
      out = [];
    }
    yield out;
  } finally {
    for (const stream of open) await stream[Symbol.asyncDispose]();
  }
}

function isDue(shift: Nanos, open: readonly SourceStream[]): boolean {
  const first = earliest(open);
  return first === undefined || first.at >= shift;
}

function earliest(open: readonly SourceStream[]): SourceStream | undefined {
  let first: SourceStream | undefined;
  for (const stream of open) {
    if (first === undefined || stream.at < first.at || (stream.at === first.at && stream.number < first.number))
      first = stream;
  }
  return first;
}

/** One tape, moved to its place. */
class SourceStream implements AsyncDisposable {
  readonly number: number;
  at: Nanos;
  readonly #shift: Nanos;
  readonly #tape: TapeReader;
  readonly #batches: AsyncGenerator<RecordBatch, void, undefined>;
  #records: readonly TapeRecord[] = [];
  #next = 0;
  #index = 0;

  private constructor(tape: TapeReader, { shift }: MergeSource, number: number) {
    this.number = number;
    this.at = shift;
    this.#shift = shift;
    this.#tape = tape;
    this.#batches = tape.batches({ verify: false });
  }

  /** `undefined` for a tape without a record. */
  static async open(source: MergeSource, number: number): Promise<SourceStream | undefined> {
    const stream = new SourceStream(await openTape(source.path), source, number);
    if (await stream.fill()) return stream;
    await stream[Symbol.asyncDispose]();
    return undefined;
  }

  get empty(): boolean {
    return this.#next >= this.#records.length;
  }

  take(): MergedRecord {
    const record = this.#records[this.#next];
    if (record === undefined || record.type === "header")
      throw new Error("bug in fieldtape: there is no record to take");
    this.#next++;
    const moved = withAt(record, this.at);
    if (moved.type === "header") throw new Error("bug in fieldtape: a record became a header");
    this.#setAt();
    return { record: moved, source: this.number, index: this.#index++ };
  }

  /** Gets the next records; tells whether there are any. */
  async fill(): Promise<boolean> {
    while (this.empty) {
      const { value, done } = await this.#batches.next();
      if (done === true) return false;
      this.#records = value.records;
      this.#next = value.records[0]?.type === "header" ? 1 : 0;
    }
    this.#setAt();
    return true;
  }

  #setAt(): void {
    const record = this.#records[this.#next];
    if (record === undefined || record.type === "header") return;
    if (record.at + this.#shift > Number.MAX_SAFE_INTEGER)
      throw new FieldtapeError("LIMIT_EXCEEDED", "the merged tape would be longer than 104 days", {
        file: this.#tape.path,
      });
    this.at = plus(record.at, this.#shift);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#batches.return();
    await this.#tape[Symbol.asyncDispose]();
  }
}
