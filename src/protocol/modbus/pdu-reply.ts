import { decodeIdentificationReply } from "./device-identification.ts";
import { bits, malformed, opaque, type PduFields, registers } from "./pdu-fields.ts";
import { addressAndQuantity, decodeRequest } from "./pdu-request.ts";

/** What a device answers when it did as it was asked. `bytes[body, end)` is what stands after the function code `code`. */
export function decodeReply(bytes: Uint8Array, body: number, end: number, code: number): PduFields {
  switch (code) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 23:
      return readReply(bytes, body, end, code);
    case 5:
    case 6:
    case 22:
      // §6.5, §6.6, §6.16: the reply is an echo of the request.
      return decodeRequest(bytes, body, end, code);
    case 15:
    case 16:
      return addressAndQuantity(bytes, body, end, code);
    case 43:
      return decodeIdentificationReply(bytes, body, end, code);
    default:
      return opaque(bytes, body, end, code);
  }
}

/** §6.1–6.4, §6.17 */
function readReply(bytes: Uint8Array, body: number, end: number, code: number): PduFields {
  if (body >= end) return malformed(bytes, body, end, code, "ends before its byte count");
  const count = bytes[body] ?? 0;
  const found = end - body - 1;
  if (count !== found) return malformed(bytes, body, end, code, `byte count ${count}, but ${found} bytes follow`);
  if (code <= 2) return { function: code, values: bits(bytes, body + 1, 8 * count) };
  if (count % 2 !== 0) return malformed(bytes, body, end, code, `byte count ${count}, but a register has 2 bytes`);
  return { function: code, values: registers(bytes, body + 1, count / 2) };
}
