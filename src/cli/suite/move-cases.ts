import { existsSync } from "node:fs";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { FieldtapeError, systemCode } from "../../errors.ts";

/**
 * Moves cases out of a corpus, each to the same place below `folder`. Looks first whether all of them can go.
 *
 * @throws FieldtapeError USAGE for a folder inside the corpus, OUTPUT_EXISTS, OUTPUT_FAILED
 */
export async function moveCases(corpus: string, names: readonly string[], folder: string): Promise<void> {
  const target = resolve(folder);
  if (!relative(corpus, target).startsWith(".."))
    throw new FieldtapeError("USAGE", "cases are moved out of the corpus, not inside it", { file: folder });
  const taken = names.map((name) => join(target, name)).find((place) => existsSync(place));
  if (taken !== undefined) throw new FieldtapeError("OUTPUT_EXISTS", "there is something already", { file: taken });
  for (const name of names) await move(join(corpus, ...name.split("/")), join(target, ...name.split("/")));
}

async function move(from: string, to: string): Promise<void> {
  try {
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
  } catch (cause) {
    if (systemCode(cause) !== "EXDEV")
      throw new FieldtapeError("OUTPUT_FAILED", "cannot move", { file: `${from}${sep}`, cause });
    // Another disk: the copy is whole before what it was made of goes.
    await cp(from, to, { recursive: true, errorOnExist: true, force: false });
    await rm(from, { recursive: true });
  }
}
