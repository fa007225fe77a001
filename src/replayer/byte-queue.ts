import type { Nanos } from "../time/nanos.ts";

/** Bytes as they were recorded or sent in one go; `line` is 0 where they stand on none. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly at: Nanos;
  readonly line: number;
}

/** Drop the used-up pieces at the front of the list once there are so many. */
const COMPACT_AT = 1024;

/** Bytes waiting for their counterpart, first in first out, each still knowing when and where it came. */
export class ByteQueue {
  #pieces: Piece[] = [];
  #first = 0;
  #used = 0;
  #size = 0;

  /** Bytes in the queue. */
  get size(): number {
    return this.#size;
  }

  push(piece: Piece): void {
    if (piece.bytes.length === 0) return;
    this.#pieces.push(piece);
    this.#size += piece.bytes.length;
  }

  /** The oldest piece, without its bytes that were taken already. */
  get head(): Piece | undefined {
    const piece = this.#pieces[this.#first];
    return piece === undefined || this.#used === 0 ? piece : { ...piece, bytes: piece.bytes.subarray(this.#used) };
  }

  /** Takes bytes out of the oldest piece; at most as many as it has. */
  take(count: number): void {
    const piece = this.#pieces[this.#first];
    if (piece === undefined) return;
    this.#used += count;
    this.#size -= count;
    if (this.#used < piece.bytes.length) return;
    this.#used = 0;
    this.#first += 1;
    if (this.#first < COMPACT_AT) return;
    this.#pieces = this.#pieces.slice(this.#first);
    this.#first = 0;
  }

  /** A copy of the first bytes, at most so many. */
  peek(most: number): Uint8Array {
    const bytes = new Uint8Array(Math.min(most, this.#size));
    let filled = 0;
    let skip = this.#used;
    for (let index = this.#first; filled < bytes.length; index += 1) {
      const part = this.#pieces[index]?.bytes.subarray(skip, skip + bytes.length - filled) ?? bytes;
      bytes.set(part, filled);
      filled += part.length;
      skip = 0;
    }
    return bytes;
  }
}
