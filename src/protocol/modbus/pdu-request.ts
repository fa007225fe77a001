import { decodeIdentificationRequest } from "./device-identification.ts";
import { bits, malformed, opaque, type PduFields, registers, word, wrongLength } from "./pdu-fields.ts";

/**
 * What the asking side says. `bytes[body, end)` is what stands after the function code `code`. Quantities are not judged: whether 0
 * or 65,535 registers are too few or too many is the device's to say.
 */
export function decodeRequest(bytes: Uint8Array, body: number, end: number, code: number): PduFields {
  switch (code) {
    case 1:
    case 2:
    case 3:
    case 4:
      return addressAndQuantity(bytes, body, end, code);
    case 5:
      return singleCoil(bytes, body, end, code);
    case 6:
      return singleRegister(bytes, body, end, code);
    case 15:
    case 16:
      return writeRequest(bytes, body, end, code);
    case 22:
      return maskWrite(bytes, body, end, code);
    case 23:
      return readWriteRequest(bytes, body, end, code);
    case 43:
      return decodeIdentificationRequest(bytes, body, end, code);
    default:
      return opaque(bytes, body, end, code);
  }
}

/** §6.1–6.4: what is to be read. §6.11, §6.12: what was written. */
export function addressAndQuantity(bytes: Uint8Array, body: number, end: number, code: number): PduFields {
  if (end - body !== 4) return wrongLength(bytes, body, end, code, 4);
  return { function: code, address: word(bytes, body), quantity: word(bytes, body + 2) };
}

/** §6.5, request and reply alike: 0xFF00 is on, 0x0000 is off, everything else is illegal. */
function singleCoil(bytes: Uint8Array, body: number, end: number, code: number): PduFields {
  if (end - body !== 4) return wrongLength(bytes, body, end, code, 4);
  const value = word(bytes, body + 2);
  if (value !== 0 && value !== 0xff00) return malformed(bytes, body, end, code, "a coil is written ff00 or 0000");
  return { function: code, address: word(bytes, body), values: [value === 0 ? 0 : 1] };
}

/** §6.6, request and reply alike. */
function singleRegister(bytes: Uint8Array, body: number, end: number, code: number): PduFields {
  if (end - body !== 4) return wrongLength(bytes, body, end, code, 4);
  return { function: code, address: word(bytes, body), values: [word(bytes, body + 2)] };
}

/** §6.11, §6.12 */
function writeRequest(bytes: Uint8Array, body: number, end: number, code: number): PduFields {
  if (end - body < 5) return malformed(bytes, body, end, code, "ends before its byte count");
  const quantity = word(bytes, body + 2);
  const reason = countReason(bytes[body + 4] ?? 0, end - body - 5, code === 15 ? (quantity + 7) >> 3 : 2 * quantity);
  if (reason !== undefined) return malformed(bytes, body, end, code, reason);
  const values = code === 15 ? bits(bytes, body + 5, quantity) : registers(bytes, body + 5, quantity);
  return { function: code, address: word(bytes, body), quantity, values };
}

/** §6.16, request and reply alike. */
function maskWrite(bytes: Uint8Array, body: number, end: number, code: number): PduFields {
  if (end - body !== 6) return wrongLength(bytes, body, end, code, 6);
  return {
    function: code,
    address: word(bytes, body),
    andMask: word(bytes, body + 2),
    orMask: word(bytes, body + 4),
  };
}

/** §6.17 */
function readWriteRequest(bytes: Uint8Array, body: number, end: number, code: number): PduFields {
  if (end - body < 9) return malformed(bytes, body, end, code, "ends before its byte count");
  const writeQuantity = word(bytes, body + 6);
  const reason = countReason(bytes[body + 8] ?? 0, end - body - 9, 2 * writeQuantity);
  if (reason !== undefined) return malformed(bytes, body, end, code, reason);
  return {
    function: code,
    address: word(bytes, body),
    quantity: word(bytes, body + 2),
    writeAddress: word(bytes, body + 4),
    writeQuantity,
    values: registers(bytes, body + 9, writeQuantity),
  };
}

/** The byte count, the bytes that are there and the bytes that the quantity needs must be the same number. */
function countReason(count: number, found: number, needed: number): string | undefined {
  if (count !== found) return `byte count ${count}, but ${found} bytes follow`;
  if (count !== needed) return `byte count ${count}, but the quantity needs ${needed}`;
  return undefined;
}
