import { statSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { moduleFolder } from "../../plugin/module-command.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import type { Config } from "../config/schema.ts";
import { projectFiles } from "../project-files.ts";

/** More are not looked at each time that somebody seeks. */
const FILES_MAX = 2_000;
const OF_NODE = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".json"];

type NamedSubject = NonNullable<Config["subjects"]>[string];
type OwnSubject = Exclude<NamedSubject, { readonly subject: string }>;

/**
 * Tells one state of the code of a subject of the user's own from another, by names, sizes and dates of files: of a module those of its folder, of a
 * program those that its command names and others of their kinds around them. `undefined`: it cannot. What they take from elsewhere is not seen.
 */
export function codeStamp(named: OwnSubject, { file }: LoadedConfig): () => string | undefined {
  // A declared format was compiled when the tape was opened: what is in its file now has no bearing on it.
  if ("kaitai" in named) return () => "";
  const folder = dirname(file ?? resolve("."));
  return () => {
    try {
      return "module" in named
        ? filesOfKinds(moduleFolder(resolve(folder, named.module)), OF_NODE)
        : programStamp(named.command, folder);
    } catch {
      return undefined;
    }
  };
}

function programStamp(command: readonly string[], folder: string): string | undefined {
  const files = command.flatMap((word) => {
    const path = resolve(folder, word);
    const status = statSync(path, { throwIfNoEntry: false });
    return status?.isFile() === true ? [{ path, bytes: status.size, modified: status.mtimeMs }] : [];
  });
  const kinds = files.map(({ path }) => extname(path)).filter((kind) => kind !== "");
  const around = filesOfKinds(folder, kinds);
  return around === undefined ? undefined : JSON.stringify(files) + around;
}

function filesOfKinds(folder: string, kinds: readonly string[]): string | undefined {
  const files = projectFiles(folder, { filesMax: FILES_MAX, leftOut: () => false });
  const wanted = files?.filter(({ path }) => kinds.includes(extname(path)));
  return wanted === undefined ? undefined : JSON.stringify(wanted);
}
