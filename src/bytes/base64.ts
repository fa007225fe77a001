import { Buffer } from "node:buffer";

/**
 * Base64 of RFC 4648 §4: `A–Z a–z 0–9 + /`, padded. The loops work in place inside long buffers, where a call into Node for
 * each short payload would cost more than the payload itself; they go by two characters (12 bits) at a time.
 */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PAD = 0x3d;
const PAIR_MAX = 0xfff;

/** 12 bits → two characters, the first in the low byte; and back, where anything else is more than `PAIR_MAX`. */
const PAIR = new Uint16Array(4096);
const BITS = new Uint16Array(65_536).fill(0xffff);
for (let bits = 0; bits <= PAIR_MAX; bits++) {
  const pair = ALPHABET.charCodeAt(bits >> 6) | (ALPHABET.charCodeAt(bits & 63) << 8);
  PAIR[bits] = pair;
  BITS[pair] = bits;
}

/** Bytes with a view of them: both show the same bytes at the same offsets. */
export interface Viewed {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export function viewed(bytes: Uint8Array): Viewed {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** Characters that `length` bytes take. */
export function base64Length(length: number): number {
  return Math.ceil(length / 3) * 4;
}

/** Writes `from[start, end)` as base64 into `into` at `to`; returns where it ended. */
export function encodeBase64(from: Uint8Array, start: number, end: number, into: DataView, to: number): number {
  let write = to;
  let read = start;
  for (; read + 2 < end; read += 3) {
    const bits = ((from[read] ?? 0) << 16) | ((from[read + 1] ?? 0) << 8) | (from[read + 2] ?? 0);
    into.setInt32(write, (PAIR[bits >> 12] ?? 0) | ((PAIR[bits & PAIR_MAX] ?? 0) << 16), true);
    write += 4;
  }
  if (read === end) return write;
  const two = read + 1 < end;
  const bits = ((from[read] ?? 0) << 16) | (two ? (from[read + 1] ?? 0) << 8 : 0);
  const last = two ? (PAIR[bits & PAIR_MAX] ?? 0) & 0xff : PAD;
  into.setInt32(write, (PAIR[bits >> 12] ?? 0) | (last << 16) | (PAD << 24), true);
  return write + 4;
}

/**
 * Reads base64 in `from` from `start` on into `into` at `to`, as far as whole groups of four go and not past `limit`; returns
 * where in `from` it stopped. A padded group ends it. Padding must be there and the bits under it must be zero, so that equal
 * bytes have one spelling (RFC 4648 §3.5). `decodedLength` says how many bytes came out; one more may be overwritten.
 */
export function decodeBase64(from: DataView, start: number, limit: number, into: DataView, to: number): number {
  let write = to;
  let read = start;
  for (const stop = limit - 3; read < stop; read += 4) {
    const group = from.getInt32(read, true);
    const high = BITS[group & 0xffff] ?? 0xffff;
    const low = BITS[group >>> 16] ?? 0xffff;
    if ((high | low) > PAIR_MAX) return high > PAIR_MAX ? read : decodePadded(group, high, read, into, write);
    into.setInt32(write, (high << 20) | (low << 8));
    write += 3;
  }
  return read;
}

/** The last group, if it is a padded one: one or two bytes. Returns where it ended, or `read` if it is no such group. */
function decodePadded(group: number, high: number, read: number, into: DataView, write: number): number {
  if (group >>> 24 !== PAD) return read;
  const third = (group >>> 16) & 0xff;
  if (third === PAD) {
    if ((high & 0xf) !== 0) return read;
    into.setUint8(write, high >> 4);
    return read + 4;
  }
  // The third character, as if it were the first of a pair.
  const low = BITS[third | (ALPHABET.charCodeAt(0) << 8)] ?? 0xffff;
  if (low > PAIR_MAX || (low & 0xff) !== 0) return read;
  into.setUint16(write, ((high << 4) | (low >> 8)) & 0xffff);
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
  if (text.length % 4 !== 0 || /[^A-Za-z0-9+/=]/.test(text)) return undefined;
  const from = viewed(Buffer.from(text, "latin1"));
  const into = viewed(new Uint8Array((text.length / 4) * 3 + 1));
  const stop = decodeBase64(from.view, 0, text.length, into.view, 0);
  return stop === text.length ? into.bytes.slice(0, decodedLength(from.bytes, 0, stop)) : undefined;
}
