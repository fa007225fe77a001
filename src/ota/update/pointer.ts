import type { FileOperation, FolderEntry } from "./durable-fs.ts";
import { CURRENT, partial, treePath, VERSIONS } from "./layout.ts";

/**
 * What names the current tree: a symbolic link `current`; or, where links need special rights, a file `current` whose text is
 * what the link would hold, read by the launcher. Either is changed by one rename.
 */
export type PointerKind = "link" | "file";

const NEXT = partial(CURRENT);

/** Points `current` to a tree, durably. Nothing of the name `.current` may be there. */
export function pointTo(kind: PointerKind, tree: string): FileOperation[] {
  const target = treePath(tree);
  const made: FileOperation[] =
    kind === "link"
      ? [{ do: "link", path: NEXT, target }]
      : [
          { do: "create", path: NEXT, text: `${target}\n`, mode: 0o644 },
          { do: "sync", path: NEXT },
        ];
  return [...made, { do: "rename", from: NEXT, path: CURRENT }, { do: "sync-folder", path: "" }];
}

/** The tree that `current` names; undefined: none of ours. `text` is what a pointer file holds. */
export function pointedTree(current: FolderEntry | undefined, text: string | undefined): string | undefined {
  const target = current?.kind === "link" ? current.target : text?.trimEnd();
  return target?.startsWith(`${VERSIONS}/`) ? target.slice(VERSIONS.length + 1) : undefined;
}
