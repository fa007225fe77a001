import { stuffed } from "./stuffed.ts";

// RFC 1055: the special characters, by their names there (octal 300, 333, 334, 335).
const END = 0xc0;
const ESC = 0xdb;
const ESC_END = 0xdc;
const ESC_ESC = 0xdd;

/**
 * SLIP (RFC 1055): a packet ends with END. One that also begins with END flushes line noise; the empty packet before it is
 * ignored, as the RFC's own receiver does.
 *
 * Faults: `bad-escape` (ESC before anything but ESC_END and ESC_ESC, where the RFC leaves the receiver to guess), `too-long`,
 * `bad-crc` and `bad-checksum` (with a check), `interrupted`, `truncated`, `unfinished`.
 */
export const slip = stuffed("slip", END, (bytes, start, end, into) => {
  let size = 0;
  for (let at = start; at < end; at++) {
    let byte = bytes[at] ?? 0;
    if (byte === ESC) {
      at += 1;
      const escaped = at < end ? bytes[at] : undefined;
      if (escaped === ESC_END) byte = END;
      else if (escaped !== ESC_ESC) return "bad-escape";
    }
    into[size] = byte;
    size += 1;
  }
  return size;
});
