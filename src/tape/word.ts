import { Buffer } from "node:buffer";

/** A fixed piece of a canonical line, at least four characters, compared and written four at a time. */
export interface Word {
  readonly length: number;
  /** The characters as little-endian integers; the last one overlaps where the length is no multiple of four. */
  readonly parts: Int32Array;
}

export function word(text: string): Word {
  const bytes = Buffer.from(text, "latin1");
  const parts = new Int32Array(Math.ceil(bytes.length / 4));
  for (let index = 0; index < parts.length; index++) parts[index] = bytes.readInt32LE(placeOf(index, bytes.length));
  return { length: bytes.length, parts };
}

const placeOf = (index: number, length: number): number => Math.min(index * 4, length - 4);

/** Whether the word stands in `view` at `at`. The caller makes sure that the view is long enough. */
export function matches(view: DataView, at: number, { length, parts }: Word): boolean {
  const last = parts.length - 1;
  for (let index = 0; index < last; index++) {
    if (view.getInt32(at + index * 4, true) !== parts[index]) return false;
  }
  return view.getInt32(at + length - 4, true) === parts[last];
}

/** Writes the word into `view` at `at`; returns where it ended. */
export function writeWord(view: DataView, at: number, { length, parts }: Word): number {
  const last = parts.length - 1;
  for (let index = 0; index < last; index++) view.setInt32(at + index * 4, parts[index] ?? 0, true);
  view.setInt32(at + length - 4, parts[last] ?? 0, true);
  return at + length;
}
