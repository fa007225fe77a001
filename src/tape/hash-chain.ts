import { createHash } from "node:crypto";
import { isSha256Hex } from "../bytes/sha256.ts";

/** Stands in a hash line right before the 64 digits; the hash covers it. */
const BEFORE_DIGITS = '"sha256":"';
const DIGITS = 64;

/** What the first hash of a tape starts from: 32 zero bytes. */
export const NO_HASH = "0".repeat(DIGITS);

/**
 * The hash chain of docs/tape-format.md, *Integrity*: each hash is SHA-256 over the hash before it and the bytes since that
 * one's digits.
 */
export class HashChain {
  private hash;

  /** Starts from `previous`, 64 hex digits: `NO_HASH`, or what the segment before ended with. */
  constructor(previous: string) {
    this.hash = started(previous);
  }

  /** The next bytes of the file: whole lines, or a hash line up to its digits, or the rest of it. */
  update(bytes: Uint8Array): void {
    this.hash.update(bytes);
  }

  /** The digits that belong here; what follows is chained to them. */
  seal(): string {
    const digits = this.hash.digest("hex");
    this.hash = started(digits);
    return digits;
  }
}

/** How one block compares with its hash line. */
export type BlockVerdict = "whole" | "damaged" | "unknown";

/**
 * Holds a tape against its hash lines. A damaged block is not held against the one after it: that one may start from the digits
 * that stand on the tape (the block's lines are damaged) or from those that should (its digits are).
 */
export class ChainVerifier {
  private recorded: HashChain | undefined;
  private computed: HashChain | undefined;

  /** `previous` is `undefined` where reading begins in the middle of a block: the first hash line is then only a start. */
  constructor(previous: string | undefined) {
    this.recorded = previous === undefined ? undefined : new HashChain(previous);
  }

  /** The header of a later segment names what its chain starts from. To be called before any `update`. */
  restart(previous: string): void {
    this.recorded = new HashChain(previous);
  }

  update(bytes: Uint8Array): void {
    this.recorded?.update(bytes);
    this.computed?.update(bytes);
  }

  /** A hash line's digits, after all bytes before them. */
  judge(digits: string): BlockVerdict {
    const fromRecorded = this.recorded?.seal();
    const fromComputed = this.computed?.seal();
    const known = fromRecorded !== undefined || fromComputed !== undefined;
    const whole = digits === fromRecorded || digits === fromComputed;
    this.recorded = isSha256Hex(digits) ? new HashChain(digits) : undefined;
    const expected = fromRecorded ?? fromComputed;
    this.computed = whole || expected === undefined ? undefined : new HashChain(expected);
    if (!known) return "unknown";
    return whole ? "whole" : "damaged";
  }
}

/**
 * Where the digits of the hash line `bytes[start, end)` (without its `\n`) begin; −1 if the line does not end as a hash line must:
 * `"sha256":"` + 64 digits + `"}`.
 */
export function digitsStart(bytes: Uint8Array, start: number, end: number): number {
  const digits = end - 2 - DIGITS;
  const word = digits - BEFORE_DIGITS.length;
  if (word < start || bytes[end - 2] !== 0x22 || bytes[end - 1] !== 0x7d) return -1;
  for (let index = 0; index < BEFORE_DIGITS.length; index++) {
    if (bytes[word + index] !== BEFORE_DIGITS.charCodeAt(index)) return -1;
  }
  return digits;
}

export const HASH_DIGITS = DIGITS;

function started(previous: string) {
  const hash = createHash("sha256");
  hash.update(previous, "hex");
  return hash;
}
