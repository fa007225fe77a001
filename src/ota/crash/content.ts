import { sha256Hex } from "../../bytes/sha256.ts";

/** What is known of bytes that never change: found out once. */
interface Content {
  readonly sha256: string;
  /** The same number for the same bytes, in this process. */
  readonly number: number;
}

export const NO_BYTES = new Uint8Array();

const contents = new WeakMap<Uint8Array, Content>();
const numbers = new Map<string, number>();
const standIns = new WeakMap<ArrayBufferLike, Uint8Array>();
const joins = new WeakMap<Uint8Array, Map<number, WeakMap<Uint8Array, Uint8Array>>>();

export function contentOf(bytes: Uint8Array): Content {
  const known = contents.get(bytes);
  if (known !== undefined) return known;
  return remember(bytes, sha256Hex(bytes));
}

/** Bytes of which nothing is known but digest and size: zeros that are taken for them, as long as they stay whole. */
export function standIn(sha256: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  standIns.set(bytes.buffer, bytes);
  remember(bytes, sha256);
  return bytes;
}

function remember(bytes: Uint8Array, sha256: string): Content {
  const number = numbers.get(sha256) ?? numbers.size;
  numbers.set(sha256, number);
  const content = { sha256, number };
  contents.set(bytes, content);
  return content;
}

const texts = new WeakMap<Uint8Array, string>();

export function textOf(bytes: Uint8Array): string {
  const text = texts.get(bytes) ?? new TextDecoder().decode(bytes);
  texts.set(bytes, text);
  return text;
}

/** Results up to this size are remembered. */
const REMEMBERED_MAX = 1024 * 1024;

/** `base` with `bytes` at `offset`, zeros where there was nothing; the same object for the same three, while it is small. */
export function spliced(base: Uint8Array, offset: number, bytes: Uint8Array): Uint8Array {
  if (base.length === 0 && offset === 0) return bytes;
  if (offset + bytes.length > REMEMBERED_MAX || base.length > REMEMBERED_MAX) return splicedLarge(base, offset, bytes);
  const byOffset = joins.get(base) ?? new Map<number, WeakMap<Uint8Array, Uint8Array>>();
  joins.set(base, byOffset);
  const byBytes = byOffset.get(offset) ?? new WeakMap<Uint8Array, Uint8Array>();
  byOffset.set(offset, byBytes);
  const known = byBytes.get(bytes);
  if (known !== undefined) return known;
  const whole = inOneBuffer(base, offset, bytes) ?? joined(base, offset, bytes);
  byBytes.set(bytes, whole);
  return whole;
}

/** Pieces of one file that follow each other need not be copied; all of them are the file itself, also one that others stand in for. */
function inOneBuffer(base: Uint8Array, offset: number, bytes: Uint8Array): Uint8Array | undefined {
  const { buffer, byteOffset } = base;
  if (offset !== base.length || bytes.buffer !== buffer || bytes.byteOffset !== byteOffset + offset) return undefined;
  const length = offset + bytes.length;
  const original = standIns.get(buffer);
  return original?.length === length ? original : new Uint8Array(buffer, byteOffset, length);
}

function joined(base: Uint8Array, offset: number, bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.max(base.length, offset + bytes.length));
  whole.set(base);
  whole.set(bytes, offset);
  return whole;
}

/** Bytes at the beginning of a longer buffer, of which nobody has seen what comes after `used`: zeros. */
interface Room {
  readonly buffer: Uint8Array;
  used: number;
}

const rooms = new WeakMap<Uint8Array, Room>();

/** A large file grows in place: to copy it for each piece that is added would take time and memory with the square of its size. */
function splicedLarge(base: Uint8Array, offset: number, bytes: Uint8Array): Uint8Array {
  if (offset < base.length) return joined(base, offset, bytes);
  const view = inOneBuffer(base, offset, bytes);
  if (view !== undefined) return view;
  const length = offset + bytes.length;
  const known = rooms.get(base);
  const fits = known !== undefined && known.used === base.length && length <= known.buffer.length;
  const room = fits ? known : { buffer: joined(base, 2 * length, NO_BYTES), used: base.length };
  room.buffer.set(bytes, offset);
  room.used = length;
  const whole = room.buffer.subarray(0, length);
  rooms.set(whole, room);
  return whole;
}
