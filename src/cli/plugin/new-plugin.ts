import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { programRoot } from "../program-root.ts";

export type PluginKind = "framer" | "session";

export interface NewPluginRequest {
  readonly name: string;
  readonly kind: PluginKind;
  /** The folder that is made. */
  readonly into: string;
}

/** What stands for the plug-in's name in the templates, in texts and in names of files. */
const PLACEHOLDER = /my-plugin/g;

/**
 * Writes a package of the user's own from the templates: a machine that works, its test, its configuration and a first case.
 *
 * @returns its files, relative to the folder
 * @throws FieldtapeError USAGE for a name that is none, OUTPUT_EXISTS, OUTPUT_FAILED
 */
export async function newPlugin({ name, kind, into }: NewPluginRequest): Promise<readonly string[]> {
  if (!/^[a-z][a-z0-9-]{0,99}$/.test(name))
    throw new FieldtapeError("USAGE", `${JSON.stringify(name)} is no name for a plug-in`, {
      hint: "lower-case letters, digits and dashes, with a letter first, as in cold-store",
    });
  if (existsSync(into))
    throw new FieldtapeError("OUTPUT_EXISTS", "there is something of that name already", {
      file: into,
      hint: "name another folder with --into; nothing is written over",
    });
  const written: string[] = [];
  for (const part of ["common", kind]) {
    const folder = join(programRoot(), "templates", "plugin", part);
    for (const file of await filesIn(folder)) {
      const path = pathOf(relative(folder, file), name);
      await put(join(into, path), textOf(await readFile(file, "utf8"), name));
      written.push(path);
    }
  }
  return written.toSorted();
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** npm leaves a `.gitignore` out of what it packs, so the template's has no dot. */
function pathOf(path: string, name: string): string {
  const named = path.replace(PLACEHOLDER, name);
  return basename(named) === "gitignore" ? join(dirname(named), ".gitignore") : named;
}

/** Its fieldtape is this one, wherever it lies: a registry may have something else of that name. */
function textOf(text: string, name: string): string {
  const here = JSON.stringify(`file:${programRoot()}`);
  return text.replace(PLACEHOLDER, name).replace('"FIELDTAPE"', () => here);
}

async function put(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
  } catch (cause) {
    throw new FieldtapeError("OUTPUT_FAILED", "cannot be written", { file: path, cause });
  }
}
