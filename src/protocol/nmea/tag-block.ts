import { checksumAt } from "./checksum.ts";

/** The longest that is believed; the standard has 80. */
export const TAG_BLOCK_MAX = 256;

const BACKSLASH = 0x5c;
const STAR = 0x2a;

/** Whether a TAG block begins at a backslash; `wait` while that is open, `bad` when its checksum is wrong. */
export interface TagBlock {
  readonly type: "none" | "wait" | "tag" | "bad";
  /** 0 unless it is there as a whole. */
  readonly size: number;
}

const NONE: TagBlock = { type: "none", size: 0 };
const WAIT: TagBlock = { type: "wait", size: 0 };

/**
 * Reads the TAG block that may begin at `bytes[position]`, a backslash: `\s:station,c:1241544035*53\` (NMEA 0183 4.00 §7).
 * It is only one when its checksum stands just before the second backslash and no sentence or line end comes before that.
 */
export function readTagBlock(bytes: Uint8Array, position: number, end: number): TagBlock {
  const limit = Math.min(end, position + TAG_BLOCK_MAX);
  let sum = 0;
  for (let at = position + 1; at < limit; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === BACKSLASH || isForeign(byte)) return NONE;
    if (byte === STAR) {
      if (at + 4 > end) return WAIT;
      const said = checksumAt(bytes, at + 1);
      if (said === undefined || bytes[at + 3] !== BACKSLASH) return NONE;
      return { type: said === sum ? "tag" : "bad", size: at + 4 - position };
    }
    sum ^= byte;
  }
  return limit < position + TAG_BLOCK_MAX ? WAIT : NONE;
}

/** `$`, `!`, CR or LF. */
function isForeign(byte: number): boolean {
  return byte === 0x24 || byte === 0x21 || byte === 0x0d || byte === 0x0a;
}
