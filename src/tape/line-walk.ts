import { Buffer } from "node:buffer";
import { LINE_MAX } from "./limits.ts";

/** A whole line without its `\n`: `bytes[start, end)`. It begins at `byte` of the file (uncompressed). */
export interface WalkedLine {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly byte: number;
}

const NEWLINE = 0x0a;

/** Shows whole lines one after the other, undecoded. One object is used for all. Lines longer than a tape's may be are passed over. */
export class LineWalker {
  readonly #line: { bytes: Buffer; start: number; end: number; byte: number };
  #tail: Buffer = Buffer.alloc(0);

  /** `from` is the byte of the file at which the chunks begin. */
  constructor(from: number) {
    this.#line = { bytes: this.#tail, start: 0, end: 0, byte: from };
  }

  /** Shows the lines that are whole now, until `visit` answers true; tells whether it did. The chunk may be reused afterwards. */
  append(chunk: Uint8Array, visit: (line: WalkedLine) => boolean): boolean {
    const tail = this.#tail;
    const line = this.#line;
    const bytes =
      tail.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([tail, chunk]);
    line.bytes = bytes;
    line.start = 0;
    for (let end = bytes.indexOf(NEWLINE, tail.length); end !== -1; end = bytes.indexOf(NEWLINE, line.start)) {
      line.end = end;
      if (end - line.start < LINE_MAX && visit(line)) return true;
      line.byte += end + 1 - line.start;
      line.start = end + 1;
    }
    // Of a line that is too long enough is kept for it to stay so; the rest is only counted.
    const surplus = Math.max(0, bytes.length - line.start - LINE_MAX);
    line.byte += surplus;
    this.#tail = Buffer.from(bytes.subarray(line.start + surplus));
    return false;
  }
}

/** The lines of a byte stream, until `visit` answers true; tells whether it did. */
export async function walkLines(
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
  from: number,
  visit: (line: WalkedLine) => boolean,
): Promise<boolean> {
  const walker = new LineWalker(from);
  for await (const chunk of chunks) if (walker.append(chunk, visit)) return true;
  return false;
}
