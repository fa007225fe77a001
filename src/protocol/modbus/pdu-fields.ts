import { toHex } from "../../bytes/hex.ts";
import type { JsonObject } from "../../bytes/json.ts";

/** Which half of an exchange a frame is: what the asking side sends, or the device's answer to it. */
export type Role = "request" | "reply";

/**
 * What a protocol data unit says, its members in the order in which they are printed.
 * Clauses here and below: MODBUS Application Protocol Specification V1.1b3.
 */
export interface PduFields extends JsonObject {
  /** Without the exception bit. */
  readonly function: number;
  /** §7: the code of an exception reply. */
  readonly exception?: number;
  readonly address?: number;
  readonly quantity?: number;
  /** §6.16: the register becomes `(register AND andMask) OR (orMask AND NOT andMask)`. */
  readonly andMask?: number;
  readonly orMask?: number;
  /** §6.17: what a read/write request writes first; `address` and `quantity` are what it then reads. */
  readonly writeAddress?: number;
  readonly writeQuantity?: number;
  /**
   * Registers as numbers 0 … 65,535, coils and discrete inputs as 0 or 1. A reply of bits does not say how many were asked
   * for, so it has all bits of its bytes: a multiple of eight.
   */
  readonly values?: readonly number[];
  /** §6.19: kind of the encapsulated interface; 14 is device identification (§6.21), which the next ones belong to. */
  readonly mei?: number;
  readonly readCode?: number;
  readonly object?: number;
  readonly conformity?: number;
  readonly moreFollows?: boolean;
  readonly nextObject?: number;
  readonly objects?: readonly IdentificationObject[];
  /** Hex: the bytes after the function code, of a function that is not decoded further or did not parse. */
  readonly data?: string;
  /** Why a function that is decoded did not parse. */
  readonly malformed?: string;
}

/** One object of a device identification: `text` when it is printable ASCII, else `data` in hex. */
export type IdentificationObject =
  | { readonly id: number; readonly text: string }
  | { readonly id: number; readonly data: string };

/** A function that is not decoded further. `body` is where the bytes after the function code begin. */
export function opaque(bytes: Uint8Array, body: number, end: number, code: number): PduFields {
  return { function: code, data: toHex(bytes, body, end) };
}

export function malformed(bytes: Uint8Array, body: number, end: number, code: number, reason: string): PduFields {
  return { function: code, data: toHex(bytes, body, end), malformed: reason };
}

/** The commonest reason: the function fixes how many bytes follow it, and it is another number. */
export function wrongLength(bytes: Uint8Array, body: number, end: number, code: number, expected: number): PduFields {
  return malformed(bytes, body, end, code, `expected ${expected} bytes after the function code, found ${end - body}`);
}

/** §4.2: big-endian. */
export function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function registers(bytes: Uint8Array, start: number, count: number): number[] {
  const values = new Array<number>(count);
  for (let index = 0; index < count; index++) values[index] = word(bytes, start + 2 * index);
  return values;
}

/** §6.1: the first bit is the least significant one of the first byte. */
export function bits(bytes: Uint8Array, start: number, count: number): number[] {
  const values = new Array<number>(count);
  for (let index = 0; index < count; index++) values[index] = ((bytes[start + (index >> 3)] ?? 0) >> (index & 7)) & 1;
  return values;
}
