import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { collidingPath, comparePaths, pathProblem } from "../../bytes/portable-path.ts";
import { FieldtapeError, systemCode } from "../../errors.ts";
import { fileChunks } from "./input-file.ts";
import { FILE_BYTES_MAX, FILES_MAX } from "./limits.ts";
import type { ManifestFile } from "./manifest.ts";

/**
 * Every file below a folder as a manifest names it, by the bytes of its path. Of the permissions only "executable" is kept; empty
 * folders are not.
 *
 * @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE, INPUT_MALFORMED for links and whatever else no package may hold,
 * LIMIT_EXCEEDED
 */
export async function listPayload(folder: string): Promise<readonly ManifestFile[]> {
  const paths = (await pathsBelow(folder, "")).toSorted(comparePaths);
  if (paths.length === 0) throw new FieldtapeError("INPUT_MISSING", "has no files to pack", { file: folder });
  const colliding = collidingPath(paths);
  if (colliding !== undefined) {
    throw new FieldtapeError("INPUT_MALFORMED", "differs from another path in case or normalisation only", {
      file: join(folder, colliding),
      hint: "some file systems take them for one file",
    });
  }
  const files: ManifestFile[] = [];
  for (const path of paths) files.push(await describe(folder, path));
  return files;
}

async function pathsBelow(folder: string, prefix: string): Promise<string[]> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch((cause: unknown) => {
    if (prefix === "" && systemCode(cause) === "ENOENT")
      throw new FieldtapeError("INPUT_MISSING", "there is no such folder", { file: folder });
    throw new FieldtapeError("INPUT_UNREADABLE", "cannot be listed", { file: join(folder, prefix), cause });
  });
  const paths: string[] = [];
  for (const entry of entries) {
    const path = prefix + entry.name;
    const problem = pathProblem(path) ?? (entry.isFile() || entry.isDirectory() ? undefined : "is no plain file");
    if (problem !== undefined) {
      throw new FieldtapeError("INPUT_MALFORMED", `${problem}: no package may hold it`, { file: join(folder, path) });
    }
    if (entry.isDirectory()) paths.push(...(await pathsBelow(folder, `${path}/`)));
    else paths.push(path);
    if (paths.length > FILES_MAX) {
      throw new FieldtapeError("LIMIT_EXCEEDED", `has more than ${FILES_MAX} files`, { file: folder });
    }
  }
  return paths;
}

async function describe(folder: string, path: string): Promise<ManifestFile> {
  const digest = createHash("sha256");
  let size = 0;
  for await (const chunk of fileChunks(join(folder, path))) {
    digest.update(chunk);
    size += chunk.length;
  }
  const { mode } = await stat(join(folder, path));
  if (size > FILE_BYTES_MAX) throw new FieldtapeError("LIMIT_EXCEEDED", "is too large", { file: join(folder, path) });
  return { path, sha256: digest.digest("hex"), size, mode: (mode & 0o100) === 0 ? "0644" : "0755" };
}
