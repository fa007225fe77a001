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

/**
 * Shows whole lines one after the other, undecoded, until `visit` answers true; tells whether it did. One object is used for all.
 * Lines that are longer than a tape's may be are passed over. `from` is the byte of the file at which the chunks begin.
 */
export async function walkLines(
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
  from: number,
  visit: (line: WalkedLine) => boolean,
): Promise<boolean> {
  let tail: Buffer = Buffer.alloc(0);
  const walk = { bytes: tail, start: 0, end: 0, byte: from };
  for await (const chunk of chunks) {
    const bytes =
      tail.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([tail, chunk]);
    walk.bytes = bytes;
    walk.start = 0;
    for (let end = bytes.indexOf(NEWLINE, tail.length); end !== -1; end = bytes.indexOf(NEWLINE, walk.start)) {
      walk.end = end;
      if (end - walk.start < LINE_MAX && visit(walk)) return true;
      walk.byte += end + 1 - walk.start;
      walk.start = end + 1;
    }
    // Copied: the chunk may be reused.
    tail = Buffer.from(bytes.subarray(walk.start));
    if (tail.length > LINE_MAX) {
      // Keeps enough of it to be too long; the rest is only counted.
      walk.byte += tail.length - LINE_MAX;
      tail = tail.subarray(tail.length - LINE_MAX);
    }
  }
  return false;
}
