import type { Dir } from "../../bytes/channel.ts";
import { joined } from "../../bytes/joined.ts";
import type { Span } from "../../machine/machine.ts";
import type { GapRecord, RawRecord } from "../../tape/record.ts";
import type { Nanos } from "../../time/nanos.ts";
import type { Framed } from "./framed.ts";

/** Other bytes for those from `start` up to `end`, counted in bytes of the lane since the tape began. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
  /** So many of them are no longer what was on the wire, and nobody's own encoder made them: a gap stands before them. */
  readonly gap: number;
}

/** A stretch of a lane: a frame or fault, or bytes that are in none. `torn`: what is left of one of which the front is gone already. */
export interface Piece {
  readonly span: Span;
  readonly said: Framed | undefined;
  readonly torn: boolean;
}

/** What came on one channel in one direction, as far as it is not given on yet. Offsets are bytes since the tape began. */
export class Lane {
  readonly channel: number;
  readonly dir: Dir;
  /** Behind the last byte that came. */
  end = 0;
  /** Up to here everything is decided: what stands there now is in `changes`. */
  decidedTo = 0;
  /** Behind the last frame or fault. */
  saidTo = 0;
  #said: Framed[] = [];
  #changes: Change[] = [];
  #chunks: Uint8Array[] = [];
  /** Where the first chunk begins. */
  #from = 0;
  /** Where each read ends that reaches beyond that. */
  #reads: { readonly at: Nanos; readonly end: number }[] = [];
  /** Places over which no frame goes: the last one that is decided, and all behind it. */
  #breaks: number[] = [0];
  /** Up to here bytes are given up without their frames. */
  #tornTo = 0;

  constructor(channel: number, dir: Dir) {
    this.channel = channel;
    this.dir = dir;
  }

  append({ at, bytes }: Pick<RawRecord, "at" | "bytes">): void {
    this.#chunks.push(bytes);
    this.end += bytes.length;
    this.#reads.push({ at, end: this.end });
  }

  /** Nothing that comes will complete what came. */
  flush(): void {
    if (this.flushedTo < this.end) this.#breaks.push(this.end);
  }

  /** Up to here nothing waits for what comes. */
  get flushedTo(): number {
    return this.#breaks.at(-1) ?? 0;
  }

  /** So far bytes go on behind a place. */
  goesOnTo(place: number): number {
    return this.#breaks.find((at) => at >= place) ?? this.end;
  }

  /** Whether nothing goes on here that came before. */
  isBreak(place: number): boolean {
    return this.#breaks.includes(place);
  }

  /** How the bytes between two places came. */
  reads(from: number, to: number): readonly { readonly at: Nanos; readonly length: number }[] {
    let start = from;
    return this.#reads.flatMap(({ at, end }) => {
      const length = Math.min(end, to) - start;
      if (length <= 0) return [];
      start += length;
      return [{ at, length }];
    });
  }

  /** A frame or fault, in the order of their places. */
  say(framed: Framed): void {
    const [start, length] = framed.value.span;
    if (start + length <= this.decidedTo || start < this.saidTo) return;
    this.#said.push(framed);
    this.saidTo = start + length;
  }

  /** The last place up to `limit` at which a frame or fault ends. */
  boundary(limit: number): number {
    let place = this.decidedTo;
    for (const { value } of this.#said) {
      const end = value.span[0] + value.span[1];
      if (end > limit) break;
      place = end;
    }
    return place;
  }

  /** Bytes that are still held. */
  bytes(from: number, to: number): Uint8Array {
    if (this.#chunks.length > 1) this.#chunks = [joined(this.#chunks)];
    return (this.#chunks[0] ?? new Uint8Array(0)).subarray(from - this.#from, to - this.#from);
  }

  get heldFrom(): number {
    return this.#from;
  }

  /** The stretches up to `to`, which may be in the middle of a frame that is not complete. */
  pieces(to: number): readonly Piece[] {
    const pieces: Piece[] = [];
    let at = this.decidedTo;
    const pass = (until: number, said?: Framed): void => {
      const torn = at < this.#tornTo || (said !== undefined && said.value.span[0] < at);
      if (until > at) pieces.push({ span: [at, until - at], said, torn });
      at = Math.max(at, until);
    };
    while (this.#said.length > 0) {
      const [framed] = this.#said;
      if (framed === undefined) break;
      const [start, length] = framed.value.span;
      if (start + length > to) break;
      this.#said.shift();
      pass(start);
      pass(start + length, framed);
    }
    pass(to);
    return pieces;
  }

  /** In the order of their places. */
  note(changes: readonly Change[]): void {
    this.#changes.push(...changes);
  }

  /** What stands up to `to` is decided; `context` bytes before it are kept to look back at. */
  decide(to: number, context: number): void {
    this.decidedTo = to;
    const keepFrom = Math.max(this.#from, to - context);
    const rest = this.bytes(keepFrom, this.end);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#from = keepFrom;
    const passed = this.#reads.findIndex(({ end }) => end > keepFrom);
    this.#reads = passed < 0 ? [] : this.#reads.slice(passed);
    while ((this.#breaks[1] ?? Number.POSITIVE_INFINITY) <= to) this.#breaks.shift();
  }

  /** What is not decided up to here is given up before its frame is complete. */
  tear(to: number): void {
    this.#tornTo = to;
  }

  /** A read as it is now, with the gaps that stand before what was replaced. Reads keep their cuts and times. */
  redacted(raw: RawRecord, start: number, isStream: boolean): readonly (RawRecord | GapRecord)[] {
    const end = start + raw.bytes.length;
    while ((this.#changes[0]?.end ?? Number.POSITIVE_INFINITY) <= start) this.#changes.shift();
    const changes = this.#changes.filter((change) => change.start < end && change.end > start);
    if (changes.length === 0) return [raw];
    const records: (RawRecord | GapRecord)[] = [];
    let parts: Uint8Array[] = [];
    const close = (): void => {
      const bytes = joined(parts);
      if (bytes.length > 0) records.push({ ...raw, bytes });
      parts = [];
    };
    let at = start;
    for (const change of changes) {
      if (change.start > at) parts.push(raw.bytes.subarray(at - start, change.start - start));
      if (change.gap > 0 && change.start >= start) {
        const gap: GapRecord = {
          type: "gap",
          at: raw.at,
          channel: raw.channel,
          dir: raw.dir,
          cause: "redacted",
          bytes: change.gap,
        };
        // A datagram is never split.
        if (isStream) close();
        records.push(gap);
      }
      parts.push(partOf(change, start, end));
      at = Math.min(end, change.end);
    }
    if (at < end) parts.push(raw.bytes.subarray(at - start));
    close();
    return records;
  }
}

/**
 * What a read that reaches from `start` to `end` has of a change. What is more than there was goes to the last read, which also has its end if there is less:
 * it is complete when it was.
 */
function partOf({ start: from, end: to, bytes }: Change, start: number, end: number): Uint8Array {
  const cut = (at: number): number => Math.min(Math.max(0, bytes.length - 1), Math.max(0, at - from));
  return bytes.subarray(cut(start), end >= to ? bytes.length : cut(end));
}
