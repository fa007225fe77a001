import { Buffer, isUtf8 } from "node:buffer";
import { LINE_MAX } from "./limits.ts";

const NEWLINE = 0x0a;
const NUL = 0;

/** What stands between two newlines or runs of NULs. */
export interface Piece {
  readonly bytes: Buffer;
  /** It was ended by a newline; else by NULs, its own length, or the end of the file. */
  readonly whole: boolean;
  /** In the damaged file: its line, and its first byte. */
  readonly line: number;
  readonly byte: number;
}

export interface PieceTaker {
  /** The next lines, `bytes[0, end)`, are valid UTF-8 without NULs: `quick` may be asked for them. */
  region(bytes: Buffer, end: number): void;
  /** Takes the line that begins at `start` of the region and stands on `line`, and returns where the next one begins; −1 leaves it to `piece`. */
  quick(start: number, line: number): number;
  piece(piece: Piece): void;
  nuls(run: { readonly bytes: number; readonly line: number; readonly byte: number }): void;
}

/**
 * Cuts a damaged tape into pieces, each as long as a line may be at most. A power cut leaves runs of NULs where data never
 * reached the disk; JSON never has them, so they part pieces as newlines do.
 */
export class PieceSplitter {
  /** NULs passed over. */
  nulBytes = 0;
  line = 1;
  #byte = 0;
  #tail: Buffer = Buffer.alloc(0);
  readonly #taker: PieceTaker;

  constructor(taker: PieceTaker) {
    this.#taker = taker;
  }

  append(chunk: Uint8Array): void {
    const bytes = Buffer.concat([this.#tail, chunk]);
    let start = this.#quickly(bytes);
    let searched = Math.max(start, this.#tail.length);
    for (;;) {
      const end = nextEnd(bytes, searched);
      if (end === -1) break;
      start = this.#piece(bytes, start, end);
      searched = start;
    }
    const surplus = Math.floor((bytes.length - start) / LINE_MAX) * LINE_MAX;
    if (surplus > 0) this.#emit(bytes.subarray(start, start + surplus), false);
    this.#tail = bytes.subarray(start + surplus);
  }

  end(): void {
    if (this.#tail.length > 0) this.#emit(this.#tail, false);
    this.#tail = Buffer.alloc(0);
  }

  /** Takes all whole lines if nothing about them looks damaged; returns where it stopped. */
  #quickly(bytes: Buffer): number {
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    const region = bytes.subarray(0, end);
    if (end === 0 || region.includes(NUL) || !isUtf8(region)) return 0;
    this.#taker.region(bytes, end);
    let start = 0;
    while (start < end) {
      const next = this.#taker.quick(start, this.line);
      if (next === -1) start = this.#piece(bytes, start, bytes.indexOf(NEWLINE, start));
      else {
        this.#byte += next - start;
        this.line++;
        start = next;
      }
    }
    return end;
  }

  /** The piece `[start, end)` and what ends it; returns where the next one begins. */
  #piece(bytes: Buffer, start: number, end: number): number {
    const whole = bytes[end] === NEWLINE;
    if (end > start) this.#emit(bytes.subarray(start, end), whole);
    if (whole) {
      this.#byte++;
      this.line++;
      return end + 1;
    }
    let next = end;
    while (bytes[next] === NUL) next++;
    this.nulBytes += next - end;
    this.#taker.nuls({ bytes: next - end, line: this.line, byte: this.#byte });
    this.#byte += next - end;
    return next;
  }

  #emit(bytes: Buffer, whole: boolean): void {
    for (let start = 0; start < bytes.length; start += LINE_MAX) {
      const piece = bytes.subarray(start, start + LINE_MAX);
      const last = start + LINE_MAX >= bytes.length;
      this.#taker.piece({ bytes: piece, whole: whole && last, line: this.line, byte: this.#byte });
      this.#byte += piece.length;
    }
  }
}

function nextEnd(bytes: Buffer, from: number): number {
  const newline = bytes.indexOf(NEWLINE, from);
  const nul = bytes.subarray(from, newline === -1 ? bytes.length : newline).indexOf(NUL);
  return nul === -1 ? newline : from + nul;
}
