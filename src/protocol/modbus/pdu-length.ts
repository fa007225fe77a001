import { type Role, word } from "./pdu-fields.ts";

/** More bytes are needed to tell. */
export const LENGTH_OPEN = 0;
/** Nothing in the bytes tells: a function of the device maker's own, or a length beyond what a serial line carries. */
export const LENGTH_UNKNOWN = -1;

/** §4.1: 256 bytes on a serial line less unit and CRC. */
const PDU_MAX = 253;

/** Length of the request by function code: a number of bytes, or where its byte count stands (it counts what follows it). */
const REQUESTS = table({ 1: 5, 2: 5, 3: 5, 4: 5, 5: 5, 6: 5, 7: 1, 8: 5, 11: 1, 12: 1, 17: 1, 22: 7, 24: 3 });
const REQUEST_COUNTS = table({ 15: 5, 16: 5, 20: 1, 21: 1, 23: 9 });
const REPLIES = table({ 5: 5, 6: 5, 7: 2, 8: 5, 11: 5, 15: 5, 16: 5, 22: 7 });
const REPLY_COUNTS = table({ 1: 1, 2: 1, 3: 1, 4: 1, 12: 1, 17: 1, 20: 1, 21: 1, 23: 1 });

/**
 * The length of the protocol data unit that begins at `start`, predicted from its function code and byte count (V1.1b3 §6) with what
 * stands in `bytes[start, end)`; `LENGTH_OPEN` or `LENGTH_UNKNOWN`.
 */
export function predictLength(bytes: Uint8Array, start: number, end: number, role: Role): number {
  if (start >= end) return LENGTH_OPEN;
  const length = role === "request" ? requestLength(bytes, start, end) : replyLength(bytes, start, end);
  return length > PDU_MAX ? LENGTH_UNKNOWN : length;
}

function requestLength(bytes: Uint8Array, start: number, end: number): number {
  const code = bytes[start] ?? 0;
  const fixed = REQUESTS[code] ?? 0;
  if (fixed > 0) return fixed;
  const count = REQUEST_COUNTS[code] ?? 0;
  if (count > 0) return countedLength(bytes, start, end, count);
  if (code === 43) return identificationLength(bytes, start, end, () => 4);
  return LENGTH_UNKNOWN;
}

function replyLength(bytes: Uint8Array, start: number, end: number): number {
  const code = bytes[start] ?? 0;
  if (code >= 0x80) return 2;
  const fixed = REPLIES[code] ?? 0;
  if (fixed > 0) return fixed;
  const count = REPLY_COUNTS[code] ?? 0;
  if (count > 0) return countedLength(bytes, start, end, count);
  // §6.18: the only one whose byte count has two bytes.
  if (code === 24) return start + 3 > end ? LENGTH_OPEN : 3 + word(bytes, start + 1);
  if (code === 43) return identificationLength(bytes, start, end, objectsLength);
  return LENGTH_UNKNOWN;
}

function countedLength(bytes: Uint8Array, start: number, end: number, count: number): number {
  return start + count >= end ? LENGTH_OPEN : count + 1 + (bytes[start + count] ?? 0);
}

/** §6.19: of the encapsulated interfaces only device identification, 14, says how long it is. */
function identificationLength(
  bytes: Uint8Array,
  start: number,
  end: number,
  measure: (bytes: Uint8Array, start: number, end: number) => number,
): number {
  if (start + 1 >= end) return LENGTH_OPEN;
  return bytes[start + 1] === 14 ? measure(bytes, start, end) : LENGTH_UNKNOWN;
}

/** §6.21: a list of objects, each with its length. */
function objectsLength(bytes: Uint8Array, start: number, end: number): number {
  if (start + 6 >= end) return LENGTH_OPEN;
  let at = start + 7;
  for (let left = bytes[start + 6] ?? 0; left > 0; left--) {
    if (at - start > PDU_MAX) return LENGTH_UNKNOWN;
    if (at + 1 >= end) return LENGTH_OPEN;
    at += 2 + (bytes[at + 1] ?? 0);
  }
  return at - start;
}

function table(lengths: Readonly<Record<number, number>>): Uint8Array {
  const byCode = new Uint8Array(256);
  for (const [code, length] of Object.entries(lengths)) byCode[Number(code)] = length;
  return byCode;
}
