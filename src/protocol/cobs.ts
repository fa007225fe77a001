import { stuffed } from "./stuffed.ts";

/** Most bytes of a group: this code byte stands for 254 bytes with no zero behind them. */
const FULL = 0xff;

/**
 * COBS, consistent overhead byte stuffing (Cheshire and Baker 1999): a zero ends each packet, and no other byte is zero.
 * Each code byte tells how far the next one is; where it stands, a zero was, unless the group was full or the last.
 *
 * Faults: `bad-code` (a code byte that points beyond the packet), `too-long`, `bad-crc` and `bad-checksum` (with a check),
 * `interrupted`, `truncated`, `unfinished`.
 */
export const cobs = stuffed("cobs", 0, { unstuff, stuff: stuffCobs });

function unstuff(bytes: Uint8Array, start: number, end: number, into: Uint8Array): number | string {
  let size = 0;
  for (let at = start; at < end; ) {
    const code = bytes[at] ?? 0;
    const next = at + code;
    if (next > end) return "bad-code";
    into.set(bytes.subarray(at + 1, next), size);
    size += code - 1;
    at = next;
    if (code !== FULL && at < end) {
      into[size] = 0;
      size += 1;
    }
  }
  return size;
}

/** A packet without the zero that ends it. A full group that ends the payload is the last one. */
export function stuffCobs(payload: Uint8Array): Uint8Array {
  const bytes = [0];
  let code = 0;
  for (const [index, byte] of payload.entries()) {
    if (byte !== 0) bytes.push(byte);
    const size = bytes.length - code;
    const full = size === FULL && index + 1 < payload.length;
    if (byte !== 0 && !full) continue;
    bytes[code] = size;
    code = bytes.push(0) - 1;
  }
  bytes[code] = bytes.length - code;
  return Uint8Array.from(bytes);
}
