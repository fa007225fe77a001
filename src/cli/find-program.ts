import { accessSync, constants } from "node:fs";
import { delimiter, join, resolve } from "node:path";

export interface SearchedPlaces {
  /** Where a name with a slash begins. */
  readonly folder: string;
  /** As the variable `PATH` has it. */
  readonly path: string;
}

/** A program as the system looks for it: a name on the path, anything with a slash from `folder`; `undefined`: there is none that may be run. */
export function findProgram(name: string, { folder, path }: SearchedPlaces): string | undefined {
  const candidates = name.includes("/")
    ? [resolve(folder, name)]
    : path.split(delimiter).flatMap((each) => (each === "" ? [] : [join(each, name)]));
  return candidates.find(mayRun);
}

function mayRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
