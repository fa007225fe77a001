import type { Dir } from "../bytes/channel.ts";
import type { Json } from "../bytes/json.ts";
import type { RawRecord, RecordBatch, TapeRecord } from "../tape/record.ts";
import type { Nanos } from "../time/nanos.ts";
import type { Divergence, Said } from "./divergence.ts";

/** The part of the source tape that something was said about. */
export interface Whereabouts {
  /** Line of the record that brought it about; 0: before any. */
  readonly line: number;
  /** The recorded bytes there and around; absent where there are none. */
  readonly bytes?: BytesAround;
}

export interface BytesAround {
  readonly channel: number;
  readonly dir: Dir;
  /** Offset of `bytes[0]`, in bytes of that channel and direction since the tape began. */
  readonly start: number;
  readonly bytes: Uint8Array;
  /** Those that are meant: [offset, length], counted as `start` is. */
  readonly span: readonly [offset: number, length: number];
}

/** What to look for: a span of bytes where it is known, else the last read at that time. */
export interface Sought {
  readonly at: Nanos;
  readonly channel?: number;
  readonly dir?: Dir;
  readonly span?: readonly [offset: number, length: number];
}

/** Bytes shown before and after those that are meant, and of those at most. */
const AROUND = 16;
const SHOWN_MAX = 64;

/** What a divergence is about. */
export function soughtBy(divergence: Divergence): Sought {
  if (divergence.type === "sent") {
    const { at, channel, offset } = divergence;
    return { at, channel, dir: "tx", span: [offset, 1] };
  }
  return soughtIn(divergence.type === "missing" ? divergence.expected.record : divergence.actual);
}

/** What a said record is about. */
export function soughtIn(record: Said): Sought {
  if (record.type === "raw") return { at: record.at, channel: record.channel };
  const { dir, span } = framing(record.value);
  return {
    at: record.at,
    ...(record.channel === undefined ? {} : { channel: record.channel }),
    ...(dir === undefined ? {} : { dir }),
    ...(span === undefined ? {} : { span }),
  };
}

/** Reads the tape up to there once more: it happens once, after a divergence, and costs the run before it nothing. */
export async function findWhereabouts(batches: AsyncIterable<RecordBatch>, sought: Sought): Promise<Whereabouts> {
  const [found] = await findEveryWhereabouts(batches, [sought]);
  return found ?? { line: 0 };
}

/** The same for several places in one pass; answers in the order asked. */
export async function findEveryWhereabouts(
  batches: AsyncIterable<RecordBatch>,
  sought: readonly Sought[],
): Promise<readonly Whereabouts[]> {
  const searches = sought.map((one) => new Search(one));
  let open = searches;
  for await (const { firstLine, records } of batches) {
    for (const [index, record] of records.entries()) {
      if (record.type === "header") continue;
      if (open.some((search) => search.isOver(record.at))) open = open.filter((search) => !search.isOver(record.at));
      if (open.length === 0) return searches.map((search) => search.result());
      for (const search of open) search.take(record, firstLine + index);
    }
  }
  return searches.map((search) => search.result());
}

class Search {
  complete = false;
  readonly #sought: Sought;
  readonly #from: number;
  readonly #to: number;
  /** Bytes met so far, by channel and direction. */
  readonly #offsets = new Map<string, number>();
  #line = 0;
  #spanLine: number | undefined;
  #bytes: BytesAround | undefined;

  constructor(sought: Sought) {
    const [offset, length] = sought.span ?? [0, 0];
    this.#sought = sought;
    this.#from = Math.max(0, offset - AROUND);
    this.#to = offset + Math.min(length, SHOWN_MAX) + AROUND;
  }

  take(record: TapeRecord, line: number): void {
    const { channel } = this.#sought;
    if (record.type !== "raw") {
      if (record.type === "gap" || record.type === "link" || record.type === "input") this.#line = line;
      return;
    }
    if (channel === undefined || channel === record.channel) this.#line = line;
    const name = `${record.channel}/${record.dir}`;
    const offset = this.#offsets.get(name) ?? 0;
    this.#offsets.set(name, offset + record.bytes.length);
    if (channel !== undefined && channel !== record.channel) return;
    const { span } = this.#sought;
    if (span === undefined) this.#bytes = lastBytes(record, offset);
    else if (record.dir === this.#sought.dir) this.#collect(record, offset, line, span);
  }

  /** One more read behind the span is enough for the bytes after it. */
  isOver(at: Nanos): boolean {
    return at > this.#sought.at || this.complete;
  }

  result(): Whereabouts {
    const line = this.#spanLine ?? this.#line;
    return this.#bytes === undefined ? { line } : { line, bytes: this.#bytes };
  }

  #collect(record: RawRecord, offset: number, line: number, span: readonly [number, number]): void {
    const end = offset + record.bytes.length;
    if (end > this.#from && offset < this.#to) {
      const part = record.bytes.subarray(Math.max(0, this.#from - offset), Math.max(0, this.#to - offset));
      const { channel, dir } = record;
      const before = this.#bytes ?? {
        channel,
        dir,
        start: Math.max(this.#from, offset),
        bytes: new Uint8Array(),
        span,
      };
      this.#bytes = { ...before, bytes: Uint8Array.from([...before.bytes, ...part]) };
    }
    if (this.#spanLine === undefined && end >= span[0] + Math.max(1, span[1])) this.#spanLine = line;
    this.complete = this.#spanLine !== undefined && end >= this.#to;
  }
}

function lastBytes({ channel, dir, bytes }: RawRecord, offset: number): BytesAround {
  const skipped = Math.max(0, bytes.length - SHOWN_MAX);
  const span = [offset, bytes.length] as const;
  return { channel, dir, start: offset + skipped, bytes: bytes.slice(skipped), span };
}

/** `dir` and `span` of a decoded value. */
function framing(value: Json): { dir: Dir | undefined; span: readonly [number, number] | undefined } {
  if (typeof value !== "object" || value === null || !("dir" in value)) return { dir: undefined, span: undefined };
  const dir = value.dir === "rx" || value.dir === "tx" ? value.dir : undefined;
  const span: unknown = value.span;
  if (!Array.isArray(span) || dir === undefined) return { dir, span: undefined };
  const [offset, length]: unknown[] = span;
  const known = typeof offset === "number" && typeof length === "number";
  return { dir, span: known ? [offset, length] : undefined };
}
