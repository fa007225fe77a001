import { fromBase64 } from "../../bytes/base64.ts";

/** The bytes of a piece that were to be kept, as its answer has them; `undefined`: they were not, or are none. */
export function keptBytes({ text, b64 }: { readonly text?: string; readonly b64?: string }): Uint8Array | undefined {
  if (text !== undefined) return new TextEncoder().encode(text);
  return b64 === undefined ? undefined : fromBase64(b64);
}
