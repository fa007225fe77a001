import type { Dir } from "../bytes/channel.ts";
import { Random } from "../bytes/random.ts";
import { FieldtapeError } from "../errors.ts";
import type { ChannelRecord, RawRecord, TapeRecord } from "./record.ts";
import type { Emit, Stage, Transform } from "./transform.ts";

/**
 * How the reads of streams are cut anew, to show that their boundaries mean nothing.
 *
 * - `joined` joins neighbouring reads of one channel and direction with no other record between them; the joined read has the `at`
 *   of the last.
 * - `pieces` cuts what `joined` gives into reads of `size` bytes, `random` into reads of 1 to 256 bytes as the seed has it, small
 *   ones as often as large ones. A piece keeps the `at` of the read that its last byte came from: it cannot have been read earlier.
 */
export type Rechunking =
  | { readonly type: "joined" }
  | { readonly type: "pieces"; readonly size: number }
  | { readonly type: "random"; readonly seed: number };

/** Longer runs of bytes are cut here: a tape with one direction only must not be held in memory. */
export const READ_SIZE_MAX = 262_144;
/** Sizes of `random` are drawn from 1 … 2⁰ to 1 … 2⁸, each range as often as the other. */
const RANDOM_RANGES = 9;
const SLAB_BYTES = 65_536;

/** Reads `joined`, `N` or `random:SEED`. @throws FieldtapeError USAGE */
export function parseRechunking(text: string): Rechunking {
  if (text === "joined") return { type: "joined" };
  const [, random, digits] = /^(random:)?([0-9]{1,16})$/.exec(text) ?? [];
  const value = Number(digits);
  if (random !== undefined && Number.isSafeInteger(value)) return { type: "random", seed: value };
  if (random === undefined && value >= 1 && value <= READ_SIZE_MAX) return { type: "pieces", size: value };
  throw new FieldtapeError("USAGE", `${JSON.stringify(text)} is no way to cut reads`, {
    hint: `write joined, a number of bytes from 1 to ${READ_SIZE_MAX}, or random:SEED`,
  });
}

/**
 * Re-cuts the reads of stream channels; datagrams, and reads of channels that were not declared, pass as they are. Everything keeps its
 * order. `block` records are left out: they are hashes over lines that are no longer these, and must not cut a run in two.
 *
 * `declared`: channels that were declared before the first record (after a seek).
 */
export function rechunk(rechunking: Rechunking, declared: Iterable<ChannelRecord> = []): Transform {
  return (emit) => new Rechunker(rechunking, declared, emit);
}

class Rechunker implements Stage {
  readonly #emit: Emit;
  readonly #streams = new Set<number>();
  readonly #sizes: (channel: number, dir: Dir) => () => number;
  /** The read that was taken last of the present run, and its line. */
  #last: RawRecord | undefined;
  #line = 0;
  #pending = new Uint8Array(0);
  #pendingLength = 0;
  #slab = new Uint8Array(0);
  #slabUsed = 0;
  #size = 0;
  #draw: () => number = () => READ_SIZE_MAX;

  constructor(rechunking: Rechunking, declared: Iterable<ChannelRecord>, emit: Emit) {
    this.#emit = emit;
    this.#sizes = sizesOf(rechunking);
    for (const channel of declared) this.#declare(channel);
  }

  take(record: TapeRecord, line: number): void {
    if (record.type === "block") return;
    if (record.type === "raw" && this.#streams.has(record.channel)) this.#read(record, line);
    else {
      this.end();
      if (record.type === "channel") this.#declare(record);
      this.#emit(record, line);
    }
  }

  /** Ends the present run: what is left of it is a piece, however short. */
  end(): void {
    const last = this.#last;
    this.#last = undefined;
    if (last !== undefined && this.#pendingLength > 0) this.#emit(pieceOf(last, this.#rest()), this.#line);
    this.#pendingLength = 0;
  }

  #declare(channel: ChannelRecord): void {
    if (channel.kind === "stream") this.#streams.add(channel.channel);
    else this.#streams.delete(channel.channel);
  }

  #read(read: RawRecord, line: number): void {
    const last = this.#last;
    if (last === undefined || last.channel !== read.channel || last.dir !== read.dir) {
      this.end();
      this.#draw = this.#sizes(read.channel, read.dir);
      this.#size = this.#draw();
    }
    this.#last = read;
    this.#line = line;
    let taken = 0;
    while (this.#pendingLength + read.bytes.length - taken >= this.#size) {
      const upTo = taken + this.#size - this.#pendingLength;
      this.#emit(pieceOf(read, this.#piece(read.bytes, taken, upTo)), line);
      taken = upTo;
      this.#size = this.#draw();
    }
    this.#keep(read.bytes, taken);
  }

  #piece(bytes: Uint8Array, from: number, upTo: number): Uint8Array {
    if (this.#pendingLength === 0) return bytes.subarray(from, upTo);
    const piece = this.#room(this.#pendingLength + upTo - from);
    piece.set(this.#pending.subarray(0, this.#pendingLength));
    piece.set(bytes.subarray(from, upTo), this.#pendingLength);
    this.#pendingLength = 0;
    return piece;
  }

  #rest(): Uint8Array {
    const rest = this.#room(this.#pendingLength);
    rest.set(this.#pending.subarray(0, this.#pendingLength));
    return rest;
  }

  /** Many small pieces share one piece of memory: each of its own would cost more than all the copying. */
  #room(length: number): Uint8Array {
    if (this.#slab.length - this.#slabUsed < length) {
      this.#slab = new Uint8Array(Math.max(SLAB_BYTES, length));
      this.#slabUsed = 0;
    }
    this.#slabUsed += length;
    return this.#slab.subarray(this.#slabUsed - length, this.#slabUsed);
  }

  #keep(bytes: Uint8Array, from: number): void {
    if (from === bytes.length) return;
    const length = this.#pendingLength + bytes.length - from;
    if (length > this.#pending.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#pending.length));
      grown.set(this.#pending.subarray(0, this.#pendingLength));
      this.#pending = grown;
    }
    this.#pending.set(bytes.subarray(from), this.#pendingLength);
    this.#pendingLength = length;
  }
}

/** Spelled out: a spread costs more than everything else here. */
function pieceOf({ at, channel, dir }: RawRecord, bytes: Uint8Array): RawRecord {
  return { type: "raw", at, channel, dir, bytes };
}

/** Where the sizes of the next pieces come from. Each channel and direction has its own chance: leaving one out changes no other. */
function sizesOf(rechunking: Rechunking): (channel: number, dir: Dir) => () => number {
  if (rechunking.type !== "random") {
    const size = rechunking.type === "joined" ? READ_SIZE_MAX : rechunking.size;
    return () => () => size;
  }
  const root = new Random(rechunking.seed, "rechunk");
  const draws = new Map<string, () => number>();
  return (channel, dir) => {
    const name = `${channel}/${dir}`;
    let draw = draws.get(name);
    if (draw === undefined) {
      const random = root.fork(name);
      draw = () => 1 + random.below(1 << random.below(RANDOM_RANGES));
      draws.set(name, draw);
    }
    return draw;
  };
}
