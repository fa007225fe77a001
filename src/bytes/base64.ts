import { Buffer } from "node:buffer";

/**
 * Base64 of RFC 4648 §4: `A–Z a–z 0–9 + /`, padded. The loops work in place inside long buffers, where a call into Node for
 * each short payload would cost more than the payload itself.
 */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PAD = 0x3d;

/** Two characters for each 12 bits. */
const HIGH = new Uint8Array(4096);
const LOW = new Uint8Array(4096);
for (let value = 0; value < 4096; value++) {
  HIGH[value] = ALPHABET.charCodeAt(value >> 6);
  LOW[value] = ALPHABET.charCodeAt(value & 63);
}

/** What a character stands for, by its place in a group of four; −1 for what is none, which makes the whole group negative. */
function placed(shift: number): Int32Array {
  const table = new Int32Array(256).fill(-1);
  for (let value = 0; value < 64; value++) table[ALPHABET.charCodeAt(value)] = value << shift;
  return table;
}
const FIRST = placed(18);
const SECOND = placed(12);
const THIRD = placed(6);
const FOURTH = placed(0);

/** Characters that `length` bytes take. */
export function base64Length(length: number): number {
  return Math.ceil(length / 3) * 4;
}

/** Writes `from[start, end)` as base64 into `into` at `to`; returns where it ended. */
export function encodeBase64(from: Uint8Array, start: number, end: number, into: Uint8Array, to: number): number {
  let write = to;
  let read = start;
  for (; read + 2 < end; read += 3) {
    const bits = ((from[read] ?? 0) << 16) | ((from[read + 1] ?? 0) << 8) | (from[read + 2] ?? 0);
    into[write] = HIGH[bits >> 12] ?? 0;
    into[write + 1] = LOW[bits >> 12] ?? 0;
    into[write + 2] = HIGH[bits & 0xfff] ?? 0;
    into[write + 3] = LOW[bits & 0xfff] ?? 0;
    write += 4;
  }
  if (read === end) return write;
  const two = read + 1 < end;
  const bits = ((from[read] ?? 0) << 16) | (two ? (from[read + 1] ?? 0) << 8 : 0);
  into[write] = HIGH[bits >> 12] ?? 0;
  into[write + 1] = LOW[bits >> 12] ?? 0;
  into[write + 2] = two ? (HIGH[bits & 0xfff] ?? 0) : PAD;
  into[write + 3] = PAD;
  return write + 4;
}

/**
 * Reads base64 in `from` from `start` on into `into` at `to`, as far as whole groups of four go and not past `limit`; returns
 * where in `from` it stopped. A padded group ends it. Padding must be there and the bits under it must be zero, so that equal
 * bytes have one spelling (RFC 4648 §3.5). `decodedLength` says how many bytes came out.
 */
export function decodeBase64(from: Uint8Array, start: number, limit: number, into: Uint8Array, to: number): number {
  let write = to;
  let read = start;
  for (; read + 3 < limit; read += 4) {
    const bits =
      (FIRST[from[read] ?? 0] ?? -1) |
      (SECOND[from[read + 1] ?? 0] ?? -1) |
      (THIRD[from[read + 2] ?? 0] ?? -1) |
      (FOURTH[from[read + 3] ?? 0] ?? -1);
    if (bits < 0) return decodePadded(from, read, into, write);
    into[write] = bits >> 16;
    into[write + 1] = bits >> 8;
    into[write + 2] = bits;
    write += 3;
  }
  return read;
}

/** The last group, if it is a padded one: one or two bytes. Returns where it ended, or `read` if it is no such group. */
function decodePadded(from: Uint8Array, read: number, into: Uint8Array, write: number): number {
  const head = (FIRST[from[read] ?? 0] ?? -1) | (SECOND[from[read + 1] ?? 0] ?? -1);
  if (head < 0 || from[read + 3] !== PAD) return read;
  if (from[read + 2] === PAD) {
    if ((head & 0xffff) !== 0) return read;
    into[write] = head >> 16;
    return read + 4;
  }
  const bits = head | (THIRD[from[read + 2] ?? 0] ?? -1);
  if (bits < 0 || (bits & 0xff) !== 0) return read;
  into[write] = bits >> 16;
  into[write + 1] = bits >> 8;
  return read + 4;
}

/** Bytes that `decodeBase64` wrote for the characters `from[start, stop)`. */
export function decodedLength(from: Uint8Array, start: number, stop: number): number {
  const whole = ((stop - start) / 4) * 3;
  if (whole === 0 || from[stop - 1] !== PAD) return whole;
  return whole - (from[stop - 2] === PAD ? 2 : 1);
}

/** Bytes as base64 text. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** Base64 text to bytes; `undefined` for anything that `decodeBase64` would not read to its end. */
export function fromBase64(text: string): Uint8Array | undefined {
  const characters = Buffer.from(text, "latin1");
  // latin1 keeps the low byte only: a character above U+00FF must not turn into a valid one.
  if (characters.length !== text.length || /[^\x21-\x7e]/.test(text)) return undefined;
  const into = new Uint8Array((text.length / 4) * 3);
  const stop = decodeBase64(characters, 0, characters.length, into, 0);
  if (stop !== characters.length) return undefined;
  return into.subarray(0, decodedLength(characters, 0, stop));
}
