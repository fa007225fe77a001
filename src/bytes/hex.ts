import { Buffer } from "node:buffer";

/** Lower-case hex without separators: how bytes stand inside decoded values, because people read them in diffs. */
export function toHex(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("hex");
}

/** Hex to bytes; blanks between bytes are allowed. `undefined` if anything else stands there or a nibble is missing. */
export function fromHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s+/g, "");
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) return undefined;
  return new Uint8Array(Buffer.from(digits, "hex"));
}
