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
export const slip = stuffed("slip", END, { unstuff, stuff: stuffSlip });

function unstuff(bytes: Uint8Array, start: number, end: number, into: Uint8Array): number | string {
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
}

/** A packet without its END. */
export function stuffSlip(payload: Uint8Array): Uint8Array {
  const bytes: number[] = [];
  for (const byte of payload) {
    if (byte === END) bytes.push(ESC, ESC_END);
    else if (byte === ESC) bytes.push(ESC, ESC_ESC);
    else bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}
