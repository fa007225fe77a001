import { Buffer } from "node:buffer";
import { toHex } from "../../bytes/hex.ts";

/** A shorter value would be found everywhere. */
export const LITERAL_LENGTH_MIN = 4;

/** The bytes as which a value may stand in traffic: as it is, in hex, base64, JSON, an URL, and UTF-16. */
export function literalForms(value: string): readonly Uint8Array[] {
  const utf8 = Buffer.from(value, "utf8");
  const hex = toHex(utf8);
  const texts = [
    hex,
    hex.toUpperCase(),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    ...base64Forms(utf8),
  ];
  const forms = [utf8, Buffer.from(value, "utf16le"), ...texts.map((text) => Buffer.from(text, "latin1"))];
  const known = new Map(forms.map((form) => [toHex(form), new Uint8Array(form)]));
  return [...known.values()].filter((form) => form.length >= LITERAL_LENGTH_MIN);
}

/** In base64 a value looks one of three ways, by where it begins in a group; characters that its neighbours share are left out. */
function base64Forms(bytes: Uint8Array): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const first = before === 0 ? 0 : before + 1;
    const text = padded.toString("base64").replace(/=+$/, "");
    const whole = padded.length % 3 === 0 ? text.length : text.length - 1;
    const form = text.slice(first, whole);
    // In so few characters chance alone would find it.
    if (form.length < 6) return [];
    const urlSafe = form.replaceAll("+", "-").replaceAll("/", "_");
    return urlSafe === form ? [form] : [form, urlSafe];
  });
}
