const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** How much is decoded at once: one call for hundreds of sentences is ten times cheaper than one for each. */
const SLAB = 65_536;

/** Text of the bytes that a step looks at, decoded in slabs as it is needed. Lives no longer than the step. */
export interface Slab {
  text: string;
  /** Where in the bytes `text` begins. */
  base: number;
}

export function openSlab(): Slab {
  return { text: "", base: 0 };
}

/**
 * `bytes[start, end)` as ISO 8859-1 text: byte n is character n. `ascii` says that all are known to be below 0x80; `stop` is how
 * far the bytes have a meaning.
 */
export function textOf(
  slab: Slab,
  bytes: Uint8Array,
  start: number,
  end: number,
  stop: number,
  ascii: boolean,
): string {
  if (!ascii) return byBytes(bytes, start, end);
  if (start < slab.base || end > slab.base + slab.text.length) {
    const view = part(bytes, start, Math.min(stop, Math.max(end, start + SLAB)));
    const text = UTF8.decode(view);
    // No UTF-8 sequence gives as many characters as it has bytes: only where each byte gave one are their places the same.
    if (text.length !== view.length) return UTF8.decode(part(bytes, start, end));
    slab.text = text;
    slab.base = start;
  }
  return slab.text.slice(start - slab.base, end - slab.base);
}

function part(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
}

function byBytes(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}
