import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
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

/** As the system looks for a program: a name on the path, anything with a slash from `folder`. */
export function isProgram(name: string, folder: string, path: string): boolean {
  const candidates = name.includes("/")
    ? [isAbsolute(name) ? name : join(folder, name)]
    : path.split(delimiter).map((each) => join(each, name));
  return candidates.some((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
