/** Sums over `bytes[start, end)` that are no CRC. All unsigned, all without allocation. */
export type Checksum = (bytes: Uint8Array, start?: number, end?: number) => number;

/** Sum of the bytes modulo 256 (M-Bus, EN 60870-5-2 §4.2). */
export function sum8(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  return sum(bytes, start, end) & 0xff;
}

/** Sum of the bytes modulo 65,536. */
export function sum16(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  return sum(bytes, start, end) & 0xffff;
}

/** Exclusive or of the bytes (NMEA 0183, many serial protocols; also called block check character). */
export function xor8(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  let check = 0;
  for (let at = start; at < end; at++) check ^= bytes[at] ?? 0;
  return check;
}

/** Two's complement of the sum: sum and check together are 0 modulo 256. Modbus ASCII calls it LRC (serial line V1.02 §6.2.1). */
export function twosComplement8(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  return -sum(bytes, start, end) & 0xff;
}

/** One's complement of the sum: sum and check together are 255 modulo 256. */
export function onesComplement8(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  return ~sum(bytes, start, end) & 0xff;
}

/** Fletcher's checksum modulo 255: second sum high, first sum low. */
export function fletcher16(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  let low = 0;
  let high = 0;
  for (let at = start; at < end; at++) {
    low = (low + (bytes[at] ?? 0)) % 255;
    high = (high + low) % 255;
  }
  return (high << 8) | low;
}

/** Fletcher's sums modulo 256 (UBX of u-blox receivers): second sum high, first sum low. */
export function fletcher16Mod256(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  let low = 0;
  let high = 0;
  for (let at = start; at < end; at++) {
    low = (low + (bytes[at] ?? 0)) & 0xff;
    high = (high + low) & 0xff;
  }
  return (high << 8) | low;
}

/** Exact below 2⁵³: 35 TB of bytes. */
function sum(bytes: Uint8Array, start: number, end: number): number {
  let total = 0;
  for (let at = start; at < end; at++) total += bytes[at] ?? 0;
  return total;
}

export type ChecksumName =
  | "sum8"
  | "sum16"
  | "xor8"
  | "lrc"
  | "twos-complement8"
  | "ones-complement8"
  | "fletcher16"
  | "fletcher16-mod256";

export interface NamedChecksum {
  /** Bytes on the wire. */
  readonly size: 1 | 2;
  readonly of: Checksum;
}

/** The checksums by the names that options use. */
export const CHECKSUMS: Readonly<Record<ChecksumName, NamedChecksum>> = {
  sum8: { size: 1, of: sum8 },
  sum16: { size: 2, of: sum16 },
  xor8: { size: 1, of: xor8 },
  lrc: { size: 1, of: twosComplement8 },
  "twos-complement8": { size: 1, of: twosComplement8 },
  "ones-complement8": { size: 1, of: onesComplement8 },
  fletcher16: { size: 2, of: fletcher16 },
  "fletcher16-mod256": { size: 2, of: fletcher16Mod256 },
};
