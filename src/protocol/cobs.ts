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
export const cobs = stuffed("cobs", 0, (bytes, start, end, into) => {
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
});
