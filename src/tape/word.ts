import { Buffer } from "node:buffer";

/**
 * A fixed piece of a canonical line, 8 to 24 characters, compared and written four at a time. The parts are fields and not an array, so that
 * there is no loop: these are the innermost steps of reading and writing a tape.
 */
export interface Word {
  readonly length: number;
  /** The characters as little-endian integers, of which the last ones overlap: part n stands at `n * 4`, or at `length - 4` if that is less. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

export function word(text: string): Word {
  const bytes = Buffer.from(text, "latin1");
  const last = bytes.length - 4;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = [0, 4, 8, 12, 16, 20].map((at) =>
    bytes.readInt32LE(Math.min(at, last)),
  );
  return { length: bytes.length, a, b, c, d, e, f };
}

/** Whether the word stands in `view` at `at`. The caller makes sure that the view is long enough. */
export function matches(view: DataView, at: number, word: Word): boolean {
  const { length } = word;
  const last = at + length - 4;
  if (view.getInt32(at, true) !== word.a || view.getInt32(at + 4, true) !== word.b) return false;
  if (length <= 12) return view.getInt32(last, true) === word.c;
  if (view.getInt32(at + 8, true) !== word.c) return false;
  if (length <= 16) return view.getInt32(last, true) === word.d;
  if (view.getInt32(at + 12, true) !== word.d) return false;
  if (length <= 20) return view.getInt32(last, true) === word.e;
  return view.getInt32(at + 16, true) === word.e && view.getInt32(last, true) === word.f;
}

/** Writes the word into `view` at `at`; returns where it ended. */
export function writeWord(view: DataView, at: number, word: Word): number {
  const { length } = word;
  const end = at + length;
  view.setInt32(at, word.a, true);
  view.setInt32(at + 4, word.b, true);
  if (length <= 12) {
    view.setInt32(end - 4, word.c, true);
    return end;
  }
  view.setInt32(at + 8, word.c, true);
  if (length <= 16) {
    view.setInt32(end - 4, word.d, true);
    return end;
  }
  view.setInt32(at + 12, word.d, true);
  if (length > 20) view.setInt32(at + 16, word.e, true);
  view.setInt32(end - 4, length > 20 ? word.f : word.e, true);
  return end;
}
