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
const joins = new WeakMap<Uint8Array, Map<number, WeakMap<Uint8Array, Uint8Array>>>();

export function contentOf(bytes: Uint8Array): Content {
  const known = contents.get(bytes);
  if (known !== undefined) return known;
  return remember(bytes, sha256Hex(bytes));
}

/** Bytes of which nothing is known but digest and size: zeros that are taken for them, as long as they stay whole. */
export function standIn(sha256: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
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

/** `base` with `bytes` at `offset`, zeros where there was nothing; the same object for the same three. */
export function spliced(base: Uint8Array, offset: number, bytes: Uint8Array): Uint8Array {
  if (base.length === 0 && offset === 0) return bytes;
  const byOffset = joins.get(base) ?? new Map<number, WeakMap<Uint8Array, Uint8Array>>();
  joins.set(base, byOffset);
  const byBytes = byOffset.get(offset) ?? new WeakMap<Uint8Array, Uint8Array>();
  byOffset.set(offset, byBytes);
  const known = byBytes.get(bytes);
  if (known !== undefined) return known;
  const whole = new Uint8Array(Math.max(base.length, offset + bytes.length));
  whole.set(base);
  whole.set(bytes, offset);
  byBytes.set(bytes, whole);
  return whole;
}
