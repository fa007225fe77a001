import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";

export interface ProjectFile {
  /** Below the folder that was looked in. */
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970, with a fraction. */
  readonly modified: number;
}

export interface ProjectFilesOptions {
  readonly filesMax: number;
  /** Files and folders, by their whole paths, that do not count. */
  readonly leftOut: (path: string) => boolean;
}

/** Files of a project in order, but for hidden ones and what npm has installed; `undefined`: too many. */
export function projectFiles(
  root: string,
  { filesMax, leftOut }: ProjectFilesOptions,
): readonly ProjectFile[] | undefined {
  const files: ProjectFile[] = [];
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.name.startsWith(".") || entry.name === "node_modules" || leftOut(path)) continue;
      if (entry.isDirectory()) folders.push(path);
      if (!entry.isFile()) continue;
      const status = statSync(path, { throwIfNoEntry: false });
      if (status === undefined) continue;
      files.push({ path: relative(root, path), bytes: status.size, modified: status.mtimeMs });
      if (files.length > filesMax) return undefined;
    }
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
