import { toHex } from "../../bytes/hex.ts";
import { malformed, type PduFields, type Role } from "./pdu-fields.ts";
import { decodeReply } from "./pdu-reply.ts";
import { decodeRequest } from "./pdu-request.ts";

/**
 * Decodes the protocol data unit `bytes[start, end)`, function code first, at least that one byte. Never throws: what does not
 * parse keeps its bytes as `data` and says why in `malformed`.
 */
export function decodePdu(bytes: Uint8Array, start: number, end: number, role: Role): PduFields {
  const code = bytes[start] ?? 0;
  const body = start + 1;
  if (code >= 0x80) return decodeException(bytes, body, end, code - 0x80);
  return role === "request" ? decodeRequest(bytes, body, end, code) : decodeReply(bytes, body, end, code);
}

/** §7: the function code with its highest bit set, then one byte. Devices that pad it are met; the code still counts. */
function decodeException(bytes: Uint8Array, body: number, end: number, code: number): PduFields {
  const length = end - body;
  if (length < 1) return malformed(bytes, body, end, code, "exception without its code");
  const exception = bytes[body] ?? 0;
  if (length === 1) return { function: code, exception };
  const reason = `expected 1 byte after the function code, found ${length}`;
  return { function: code, exception, data: toHex(bytes, body, end), malformed: reason };
}
