/**
 * Whether the bytes are text as a tape means it: valid UTF-8 (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF)
 * without control characters (general category Cc: U+0000–001F, U+007F–009F) other than CR, LF and TAB.
 */
export function isText(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) {
      if (byte < 0x20 ? byte !== 0x0a && byte !== 0x0d && byte !== 0x09 : byte === 0x7f) return false;
      at++;
    } else {
      const next = afterSequence(bytes, at, end);
      if (next === 0) return false;
      at = next;
    }
  }
  return true;
}

/** Where the multi-byte character at `at` ends; 0 if it is none, or a control character of U+0080–009F. RFC 3629 §4. */
function afterSequence(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] ?? 0;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > end) return 0;
  const second = bytes[at + 1] ?? 0;
  if (second < lowestSecond(lead) || second > highestSecond(lead)) return 0;
  for (let offset = 2; offset < length; offset++) {
    if (((bytes[at + offset] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return at + length;
}

function lowestSecond(lead: number): number {
  if (lead === 0xc2) return 0xa0; // U+0080–009F are control characters
  if (lead === 0xe0) return 0xa0; // below: overlong
  if (lead === 0xf0) return 0x90; // below: overlong
  return 0x80;
}

function highestSecond(lead: number): number {
  if (lead === 0xed) return 0x9f; // above: surrogates
  if (lead === 0xf4) return 0x8f; // above: beyond U+10FFFF
  return 0xbf;
}
