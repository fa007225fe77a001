import type { Dir } from "../../bytes/channel.ts";
import { joined } from "../../bytes/joined.ts";
import type { Span } from "../../machine/machine.ts";
import type { RawRecord } from "../../tape/record.ts";
import type { KeptRecord } from "./candidate.ts";

/** Where bytes stand: counted in bytes of that channel and direction since the tape began. */
export interface WirePlace {
  readonly channel: number;
  readonly dir: Dir;
  readonly span: Span;
}

/** A piece of a read that belongs to a place: bytes `[from, to)` of `records[index]`. */
interface Piece {
  readonly index: number;
  readonly raw: RawRecord;
  readonly from: number;
  readonly to: number;
}

/** The bytes at a place; `undefined` when they are not all on the tape. */
export function bytesAt(records: readonly KeptRecord[], place: WirePlace): Uint8Array | undefined {
  const bytes = joined(piecesAt(records, place).map(({ raw, from, to }) => raw.bytes.subarray(from, to)));
  return bytes.length === place.span[1] ? bytes : undefined;
}

/**
 * The records with other bytes at a place. Reads keep their sizes as long as the bytes last; what is more goes to the last read, and one
 * that has nothing left is gone.
 */
export function withBytesAt(
  records: readonly KeptRecord[],
  place: WirePlace,
  bytes: Uint8Array,
): readonly KeptRecord[] {
  const pieces = piecesAt(records, place);
  const changed = new Map<number, Uint8Array>();
  let taken = 0;
  for (const [order, { index, raw, from, to }] of pieces.entries()) {
    const upTo = order === pieces.length - 1 ? bytes.length : Math.min(bytes.length, taken + to - from);
    changed.set(index, joined([raw.bytes.subarray(0, from), bytes.subarray(taken, upTo), raw.bytes.subarray(to)]));
    taken = upTo;
  }
  return withReads(records, changed);
}

/** The records with other bytes in some reads, by their index; a read without bytes is gone. */
export function withReads(
  records: readonly KeptRecord[],
  changed: ReadonlyMap<number, Uint8Array>,
): readonly KeptRecord[] {
  return records.flatMap((kept, index) => {
    const bytes = changed.get(index);
    if (bytes === undefined || kept.record.type !== "raw") return [kept];
    return bytes.length === 0 ? [] : [{ ...kept, record: { ...kept.record, bytes } }];
  });
}

function piecesAt(records: readonly KeptRecord[], { channel, dir, span: [offset, length] }: WirePlace): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (const [index, { record }] of records.entries()) {
    if (record.type !== "raw" || record.channel !== channel || record.dir !== dir) continue;
    const from = Math.max(0, offset - start);
    const to = Math.min(record.bytes.length, offset + length - start);
    if (from < to) pieces.push({ index, raw: record, from, to });
    start += record.bytes.length;
    if (start >= offset + length) break;
  }
  return pieces;
}
