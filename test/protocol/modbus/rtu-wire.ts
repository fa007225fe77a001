import { crc, crcOf } from "../../../src/bytes/crc.ts";
import { hex } from "../transcript.ts";

const CRC = crc("CRC-16/MODBUS");

/** A frame as it stands on a serial line: what `digits` say, and their CRC, low byte first. */
export function rtu(digits: string | readonly number[]): Uint8Array {
  const body = typeof digits === "string" ? hex(digits) : Uint8Array.from(digits);
  const check = crcOf(CRC, body);
  return Uint8Array.from([...body, check & 0xff, check >> 8]);
}

/** The same with one bit of its middle turned over. */
export function broken(frame: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(frame);
  const middle = bytes.length >> 1;
  bytes[middle] = bytes[middle]! ^ 0x10;
  return bytes;
}
