import { Buffer } from "node:buffer";
import { fromBase64, toBase64 } from "../bytes/base64.ts";
import { isText } from "../bytes/utf8.ts";

/** The payload member of a `raw` line, canonical: `"text":"…"` when the bytes are text, else `"b64":"…"`. */
export function formatPayload(bytes: Uint8Array): string {
  if (!isText(bytes, 0, bytes.length)) return `"b64":"${toBase64(bytes)}"`;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return `"text":${JSON.stringify(text)}`;
}

/** The bytes of a `raw` line's members, or in words what is wrong with them. */
export function parsePayload(text: string | undefined, b64: string | undefined): Uint8Array | string {
  if ((text === undefined) === (b64 === undefined)) return `needs exactly one of "text" and "b64"`;
  if (text !== undefined) {
    // A lone surrogate has no UTF-8: no bytes can be meant by it.
    return /\p{Surrogate}/u.test(text)
      ? `"text": holds half of a surrogate pair`
      : new Uint8Array(Buffer.from(text, "utf8"));
  }
  return fromBase64(b64 ?? "") ?? `"b64": is not base64 of RFC 4648 §4`;
}
