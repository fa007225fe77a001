import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import process from "node:process";
import type { LoadedConfig } from "../config/config-file.ts";
import { projectFiles } from "../project-files.ts";
import { codeDigest } from "../replay/code-digest.ts";

const FILES_MAX = 20_000;
const BYTES_MAX = 256 * 1024 * 1024;

/**
 * Digest of everything besides a case's own files that decides its result: fieldtape, the configuration and, where that names modules, formats or programs of
 * the user's own, every file of the project but those of the corpus and of `node_modules`. What they read elsewhere is not seen.
 * `undefined`: nothing may be kept.
 */
export async function buildDigest({ config, file }: LoadedConfig, corpus: string): Promise<string | undefined> {
  const code = await codeDigest();
  if (code === undefined) return undefined;
  const hash = createHash("sha256").update(JSON.stringify([code, process.version, config]));
  const own = Object.values(config.subjects ?? {}).flatMap(placeOf);
  if (own.length === 0) return hash.digest("hex");
  const root = dirname(file ?? resolve("."));
  const files = own.some((path) => relative(root, resolve(root, path)).startsWith(".."))
    ? undefined
    : filesOf(root, corpus);
  if (files === undefined) return undefined;
  for (const path of files)
    hash
      .update(`${path}\n`)
      .update(readFileSync(join(root, path)))
      .update("\n");
  return hash.digest("hex");
}

/** Where the files begin that decide what a subject of the user's own says; nothing for one that is built in. */
function placeOf(subject: NonNullable<LoadedConfig["config"]["subjects"]>[string]): string[] {
  if ("module" in subject) return [subject.module];
  // A format imports others beside it.
  if ("kaitai" in subject) return [subject.kaitai];
  return "command" in subject ? ["."] : [];
}

/** Files of a project by their places, in order; `undefined`: too many. */
function filesOf(root: string, corpus: string): readonly string[] | undefined {
  const files = projectFiles(root, { filesMax: FILES_MAX, leftOut: (path) => path === corpus });
  const bytes = files?.reduce((sum, file) => sum + file.bytes, 0) ?? 0;
  return bytes > BYTES_MAX ? undefined : files?.map(({ path }) => path);
}
