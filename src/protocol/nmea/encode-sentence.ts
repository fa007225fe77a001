import { xor8 } from "../../bytes/checksum.ts";
import { joined } from "../../bytes/joined.ts";
import type { Frame, FrameOnWire } from "../../machine/machine.ts";

const CHECKSUM = /\*[0-9a-fA-F]{2}$/;

/**
 * A sentence with another talker, formatter or other fields, and its checksum made anew (with the letters of the old one, if it had
 * any). The TAG block before it and its line end stay as they are.
 */
export function encodeSentence({ bytes, value }: FrameOnWire, edited: Frame): Uint8Array | undefined {
  const { sentence, tag } = value;
  const content = contentOf(edited);
  if (typeof sentence !== "string" || content === undefined) return undefined;
  const body = latin1(content);
  if (body === undefined) return undefined;
  // Between two backslashes.
  const start = typeof tag === "string" ? tag.length + 2 : 0;
  return joined([
    bytes.subarray(0, start + 1),
    body,
    checksumLike(CHECKSUM.exec(sentence)?.[0], body),
    bytes.subarray(start + sentence.length),
  ]);
}

/** What the checksum covers. NMEA 0183: a proprietary address is P and the manufacturer's mnemonic. */
function contentOf({ talker, manufacturer, formatter, fields }: Frame): string | undefined {
  if (typeof talker !== "string" || typeof formatter !== "string" || !Array.isArray(fields)) return undefined;
  const address = `${talker}${typeof manufacturer === "string" ? manufacturer : ""}${formatter}`;
  return [address, ...fields.map(String)].join(",");
}

function checksumLike(before: string | undefined, body: Uint8Array): Uint8Array {
  if (before === undefined) return new Uint8Array(0);
  const digits = xor8(body).toString(16).padStart(2, "0");
  return new TextEncoder().encode(`*${/[a-f]/.test(before) ? digits : digits.toUpperCase()}`);
}

/** One byte for each character; `undefined` if one has no room in a byte. */
function latin1(text: string): Uint8Array | undefined {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return /[^\u0000-\u00ff]/.test(text) ? undefined : bytes;
}
