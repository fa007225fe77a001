import { LINE_MAX } from "./limits.ts";
import type { RawRecord } from "./record.ts";

/** A payload of so many bytes fits into a line however it is spelt: each byte is at most two characters. */
export const SURE_TO_FIT = LINE_MAX / 2 - 512;

/** A read that is too long for a line, as several with the same `at`. Not for datagrams: those are never split. */
export function rawPieces(record: RawRecord): readonly RawRecord[] {
  const pieces: RawRecord[] = [];
  for (let start = 0; start < record.bytes.length; start += SURE_TO_FIT) {
    pieces.push({ ...record, bytes: record.bytes.subarray(start, start + SURE_TO_FIT) });
  }
  return pieces;
}
