/** Without state between calls: `fatal` refuses bytes that are no UTF-8, `ignoreBOM` keeps a byte order mark as text. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** C1 controls; the others are one byte each and found before decoding. */
const CONTROL = /[\u0080-\u009f]/;

/**
 * `bytes[start, end)` as text by the tape's rule: valid UTF-8 without control characters other than CR, LF and TAB.
 * `undefined` where it is not: such bytes are shown as hex.
 */
export function plainText(bytes: Uint8Array, start = 0, end: number = bytes.length): string | undefined {
  let union = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 ? byte !== 0x0a && byte !== 0x0d && byte !== 0x09 : byte === 0x7f) return undefined;
    union |= byte;
  }
  const text = decoded(bytes.subarray(start, end));
  return union >= 0x80 && text !== undefined && CONTROL.test(text) ? undefined : text;
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined; // The only way in which the platform says: not UTF-8.
  }
}
