/** The number in the two hex digits at `bytes[at]`, of either case; `undefined` if they are none. */
export function checksumAt(bytes: Uint8Array, at: number): number | undefined {
  const high = digit(bytes[at] ?? 0);
  const low = digit(bytes[at + 1] ?? 0);
  return high < 0 || low < 0 ? undefined : high * 16 + low;
}

function digit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
