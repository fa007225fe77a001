import { CHECKSUMS, type ChecksumName } from "../bytes/checksum.ts";
import { CRC_ALIASES, CRC_NAMES, crc, crcOf, isCrcName } from "../bytes/crc.ts";
import { joined } from "../bytes/joined.ts";

export type Endian = "big" | "little";

/** How a check is computed. Looked up by name when needed: it holds functions and a table, and is no state. */
export interface Check {
  /** Bytes on the wire. */
  readonly size: number;
  /** What a frame becomes that fails it. */
  readonly fault: "bad-crc" | "bad-checksum";
  of(bytes: Uint8Array, start: number, end: number): number;
}

/** A check that stands behind what it covers. */
export interface TailCheck {
  /** A name in CHECK_KINDS. */
  readonly kind: string;
  readonly endian: Endian;
}

/** The names of checks: checksums, CRCs by the names that people look for, and CRCs of the catalogue. */
export const CHECK_KINDS: readonly string[] = [...Object.keys(CHECKSUMS), ...Object.keys(CRC_ALIASES), ...CRC_NAMES];

const made = new Map<string, Check>();

/** The check of that name; `undefined` if there is none. */
export function checkOf(kind: string): Check | undefined {
  const known = made.get(kind);
  if (known !== undefined) return known;
  const fresh = isChecksumName(kind) ? ({ ...CHECKSUMS[kind], fault: "bad-checksum" } as const) : crcCheck(kind);
  if (fresh !== undefined) made.set(kind, fresh);
  return fresh;
}

function crcCheck(kind: string): Check | undefined {
  const name = Object.hasOwn(CRC_ALIASES, kind) ? CRC_ALIASES[kind] : kind;
  if (name === undefined || !isCrcName(name)) return undefined;
  const model = crc(name);
  const size = Math.ceil(model.width / 8);
  return { size, fault: "bad-crc", of: (bytes, start, end) => crcOf(model, bytes, start, end) };
}

function isChecksumName(kind: string): kind is ChecksumName {
  return Object.hasOwn(CHECKSUMS, kind);
}

/** How many of `bytes` are content before the check at their end; the fault's name when the check fails or has no room. */
export function verified(bytes: Uint8Array, { kind, endian }: TailCheck): number | Check["fault"] {
  const check = checkOf(kind);
  if (check === undefined) return bytes.length;
  const content = bytes.length - check.size;
  if (content < 0) return check.fault;
  return numberAt(bytes, content, check.size, endian) === check.of(bytes, 0, content) ? content : check.fault;
}

/** `content` with its check behind it: what `verified` accepts. */
export function withCheck(content: Uint8Array, { kind, endian }: TailCheck): Uint8Array {
  const check = checkOf(kind);
  if (check === undefined) return content;
  const tail = new Uint8Array(check.size);
  putNumber(tail, check.of(content, 0, content.length), { at: 0, size: check.size, endian });
  return joined([content, tail]);
}

/** The unsigned number in `size` bytes at `at`, 1 … 4 of them. */
export function numberAt(bytes: Uint8Array, at: number, size: number, endian: Endian): number {
  let value = 0;
  for (let index = 0; index < size; index++) {
    const position = endian === "big" ? at + index : at + size - 1 - index;
    value = value * 256 + (bytes[position] ?? 0);
  }
  return value;
}

/** Where a number of 1 … 4 bytes stands. */
export interface NumberPlace {
  readonly at: number;
  readonly size: number;
  readonly endian: Endian;
}

/** Writes an unsigned number where `numberAt` reads it; whether it has room there. */
export function putNumber(bytes: Uint8Array, value: number, { at, size, endian }: NumberPlace): boolean {
  if (!Number.isInteger(value) || value < 0 || value >= 256 ** size || at < 0 || at + size > bytes.length) return false;
  for (let index = 0; index < size; index++) {
    const position = endian === "big" ? at + size - 1 - index : at + index;
    bytes[position] = Math.floor(value / 256 ** index) % 256;
  }
  return true;
}
