import { joined } from "../bytes/joined.ts";
import type { RawRecord, TapeRecord } from "../tape/record.ts";
import type { Nanos } from "../time/nanos.ts";
import { ByteQueue, type Piece } from "./byte-queue.ts";
import { byteDifference, type SentDivergence } from "./divergence.ts";
import type { Placed } from "./placed.ts";
import type { SentCheck } from "./sent-check.ts";

/** So many bytes may one side be ahead of the other on a channel; beyond this the participant has lost its way. */
const AHEAD_MAX = 16 * 1024 * 1024;
/** Bytes shown on each side of the first one that differs. */
const AROUND = 16;

export interface SentBytesOptions {
  /** Compares when the bytes came, too: at most so much earlier or later than recorded. */
  readonly tolerance?: Nanos;
}

interface Stream {
  readonly channel: number;
  readonly recorded: ByteQueue;
  readonly sent: ByteQueue;
  /** Bytes found alike, and the last few of them. */
  offset: number;
  tail: Uint8Array;
}

/**
 * Compares what a participant sends with the recorded bytes, as one byte stream a channel: how they were cut into writes
 * and reads does not matter, nor (unless there is a tolerance) when they came.
 */
export class SentBytes implements SentCheck {
  readonly #streams = new Map<number, Stream>();
  readonly #tolerance: Nanos | undefined;
  #divergence: SentDivergence | undefined;

  constructor(options: SentBytesOptions = {}) {
    this.#tolerance = options.tolerance;
  }

  async expect(recorded: readonly Placed<RawRecord>[]): Promise<SentDivergence | undefined> {
    for (const { line, record } of recorded) {
      if (this.#divergence !== undefined) break;
      const stream = this.#stream(record.channel);
      stream.recorded.push({ bytes: record.bytes, at: record.at, line });
      this.#match(stream);
    }
    return this.#divergence;
  }

  async take(outputs: readonly TapeRecord[]): Promise<SentDivergence | undefined> {
    for (const record of outputs) {
      if (this.#divergence !== undefined) break;
      if (record.type !== "raw") continue;
      const stream = this.#stream(record.channel);
      stream.sent.push({ bytes: record.bytes, at: record.at, line: 0 });
      this.#match(stream);
    }
    return this.#divergence;
  }

  async finish(): Promise<SentDivergence | undefined> {
    if (this.#divergence !== undefined) return this.#divergence;
    for (const stream of this.#streams.values()) this.#diverge(stream, stream.recorded.head, stream.sent.head);
    return this.#divergence;
  }

  owes(channel: number): boolean {
    return (this.#streams.get(channel)?.recorded.size ?? 0) > 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #stream(channel: number): Stream {
    let stream = this.#streams.get(channel);
    if (stream === undefined) {
      stream = { channel, recorded: new ByteQueue(), sent: new ByteQueue(), offset: 0, tail: new Uint8Array() };
      this.#streams.set(channel, stream);
    }
    return stream;
  }

  #match(stream: Stream): void {
    const { recorded, sent } = stream;
    for (;;) {
      const expected = recorded.head;
      const actual = sent.head;
      if (expected === undefined || actual === undefined) break;
      const length = Math.min(expected.bytes.length, actual.bytes.length);
      const left = expected.bytes.subarray(0, length);
      const alike = byteDifference(left, actual.bytes.subarray(0, length)) ?? length;
      stream.offset += alike;
      stream.tail = tailOf(stream.tail, left.subarray(0, alike));
      recorded.take(alike);
      sent.take(alike);
      const late = actual.at - expected.at;
      if (alike < length) this.#diverge(stream, expected, actual);
      else if (this.#tolerance !== undefined && Math.abs(late) > this.#tolerance)
        this.#diverge(stream, expected, actual, late);
      if (this.#divergence !== undefined) return;
    }
    if (recorded.size > AHEAD_MAX || sent.size > AHEAD_MAX) this.#diverge(stream, recorded.head, sent.head);
  }

  /** Keeps the first divergence; of several channels at the end of a run, the earliest. */
  #diverge(stream: Stream, expected: Piece | undefined, actual: Piece | undefined, late?: number): void {
    const at = actual?.at ?? expected?.at;
    if (at === undefined || (this.#divergence !== undefined && this.#divergence.at <= at)) return;
    this.#divergence = {
      type: "sent",
      channel: stream.channel,
      offset: stream.offset,
      start: stream.offset - stream.tail.length,
      expected: joined([stream.tail, stream.recorded.peek(AROUND)]),
      actual: joined([stream.tail, stream.sent.peek(AROUND)]),
      line: expected?.line ?? 0,
      at,
      ...(late === undefined ? {} : { late }),
    };
  }
}

function tailOf(tail: Uint8Array, added: Uint8Array): Uint8Array {
  if (added.length >= AROUND) return added.slice(added.length - AROUND);
  const bytes = joined([tail, added]);
  return bytes.subarray(Math.max(0, bytes.length - AROUND));
}
