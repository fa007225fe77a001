import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { FieldtapeError, systemCode } from "../errors.ts";
import { GOLDEN_FILE, SCENARIO_FILE } from "./case-folder.ts";

const DEPTH_MAX = 16;
const CASES_MAX = 100_000;

export interface Discovered {
  /** Folders that hold a scenario, in the order of their names (by code unit: the same on any machine). */
  readonly folders: readonly string[];
  /** Folders that hold a golden but no scenario: somebody deleted half of a case. */
  readonly orphans: readonly string[];
}

/**
 * Finds every scenario below `corpus`. Folders whose names begin with a dot are passed over.
 *
 * @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE or LIMIT_EXCEEDED; SCENARIO_INVALID for a link to a folder, whose cases would
 *   be passed over in silence
 */
export async function discover(corpus: string): Promise<Discovered> {
  const folders: string[] = [];
  const orphans: string[] = [];
  const visit = (folder: string, depth: number): void => {
    if (depth > DEPTH_MAX)
      throw new FieldtapeError("LIMIT_EXCEEDED", `the corpus is deeper than ${DEPTH_MAX} folders`, { file: folder });
    const entries = list(folder);
    const names = new Set(entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name));
    if (names.has(SCENARIO_FILE)) folders.push(folder);
    else if (names.has(GOLDEN_FILE)) orphans.push(folder);
    if (folders.length > CASES_MAX)
      throw new FieldtapeError("LIMIT_EXCEEDED", `more than ${CASES_MAX} scenarios`, { file: corpus });
    const link = entries.find((entry) => entry.isSymbolicLink() && isFolder(join(folder, entry.name)));
    if (link !== undefined) throw linked(join(folder, link.name));
    const below = entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map((entry) => entry.name);
    for (const name of below.toSorted(byCodeUnit)) visit(join(folder, name), depth + 1);
  };
  visit(corpus, 0);
  return { folders, orphans };
}

function linked(file: string): FieldtapeError {
  return new FieldtapeError("SCENARIO_INVALID", "is a link to a folder: links are not followed in a corpus", {
    file,
    hint: "put the folder in its place",
  });
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Never by locale: a run must name its cases in the same order everywhere. */
function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    const missing = systemCode(cause) === "ENOENT" || systemCode(cause) === "ENOTDIR";
    throw new FieldtapeError(
      missing ? "INPUT_MISSING" : "INPUT_UNREADABLE",
      missing ? "there is no such folder" : "cannot read the folder",
      {
        file: folder,
        cause,
      },
    );
  }
}
