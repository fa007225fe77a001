import { statSync } from "node:fs";
import { FieldtapeError } from "../../errors.ts";

export type KeyPath = readonly (string | number)[];

/** Something that a configuration names, and what is wrong with it in words. */
export type Wrong = readonly [key: KeyPath, words: string];

/** What looking refuses is wrong with what stands at `key`. */
export async function refused(key: KeyPath, look: () => unknown): Promise<readonly Wrong[]> {
  try {
    await look();
    return [];
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError)) throw thrown;
    const words = thrown.hint === undefined ? thrown.message : `${thrown.message} (${thrown.hint})`;
    return [[key, words.replace(/:?\s*\n\s*/g, ": ")]];
  }
}

export function missing(key: KeyPath, wanted: string): readonly Wrong[] {
  return statSync(wanted, { throwIfNoEntry: false }) === undefined ? [[key, `${wanted} is not there`]] : [];
}
