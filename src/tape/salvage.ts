import { Buffer } from "node:buffer";

/** How a line of either schema begins in the layout that is written. */
const BEGINNINGS = [Buffer.from('{"type":"'), Buffer.from('{"ts":')] as const;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Bytes looked at for each byte of the piece: rubbish made to look like a thousand beginnings must not cost a thousand passes. */
const EFFORT = 16;

/** Something in a piece that is no line: `[start, end)` is a whole JSON object, to be tried as a record. */
export interface Candidate {
  readonly start: number;
  readonly end: number;
}

/**
 * Looks for whole objects in a piece that is no line as it stands: torn lines with others behind them, lost newlines, rubbish around
 * a line. `take` tells whether the object is a record; the search goes on behind it, or else inside it. `end` is the piece's end.
 */
export function salvage(bytes: Buffer, { start, end }: Candidate, take: (candidate: Candidate) => boolean): void {
  let effort = (end - start) * EFFORT;
  let from = nextBeginning(bytes, start, end);
  while (from !== -1 && effort > 0) {
    const close = objectEnd(bytes, from, end);
    effort -= (close === -1 ? end : close) - from;
    const taken = close !== -1 && take({ start: from, end: close });
    from = nextBeginning(bytes, taken ? close : from + 1, end);
  }
}

/** The next place where a line may begin, or −1. */
export function nextBeginning(bytes: Buffer, start: number, end: number): number {
  let nearest = -1;
  for (const beginning of BEGINNINGS) {
    const found = bytes.subarray(start, end).indexOf(beginning);
    if (found !== -1 && (nearest === -1 || start + found < nearest)) nearest = start + found;
  }
  return nearest;
}

/** Behind the brace that closes the object which begins at `start`; −1 if none does. */
function objectEnd(bytes: Buffer, start: number, end: number): number {
  let depth = 0;
  for (let index = start; index < end; index++) {
    const byte = bytes[index];
    if (byte === QUOTE) {
      index = stringEnd(bytes, index + 1, end);
      if (index === -1) return -1;
    } else if (byte === OPEN) depth++;
    else if (byte === CLOSE) {
      depth--;
      if (depth === 0) return index + 1;
    }
  }
  return -1;
}

/** The quote that closes the string which begins at `start`, or −1. */
function stringEnd(bytes: Buffer, start: number, end: number): number {
  for (let index = start; index < end; index++) {
    const byte = bytes[index];
    if (byte === BACKSLASH) index++;
    else if (byte === QUOTE) return index;
  }
  return -1;
}
