import type { FileOperation } from "./durable-fs.ts";
import { objectPath, partialTreePath, TREES, treeListPath, treePath, VERSIONS } from "./layout.ts";
import type { TreeFile } from "./offer.ts";
import { filesOf, foldersOf, type TreeList, treeListText } from "./tree-list.ts";
import type { WantedObject } from "./updater-ask.ts";

/** A tree to be made, and where its bytes come from. */
export interface StagingPlan {
  readonly list: TreeList;
  /** The installed tree, whose files of the same content need not be fetched; undefined: all are. */
  readonly base: TreeList | undefined;
}

/** Each content that must be fetched, once; in code-unit order of their digests. */
export function wantedObjects(plan: StagingPlan): WantedObject[] {
  const here = contentsOf(plan.base);
  const wanted = new Map<string, number>();
  for (const { sha256, size } of filesOf(plan.list)) if (!here.has(sha256)) wanted.set(sha256, size);
  return [...wanted].map(([sha256, size]) => ({ sha256, size })).toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
}

/**
 * Makes the tree under its partial name: each file copied from what was fetched or is installed, its digest taken from the bytes
 * that are written, and synced; then the folders, inner ones first. The partial folder itself is there already.
 */
export function assembleOperations({ list, base }: StagingPlan): FileOperation[] {
  const root = partialTreePath(list.name);
  const here = contentsOf(base);
  const files = filesOf(list);
  const folders = foldersOf(files).map((folder) => `${root}/${folder}`);
  return [
    ...folders.map((path): FileOperation => ({ do: "make-folder", path })),
    ...files.flatMap((file): FileOperation[] => {
      const path = `${root}/${file.path}`;
      const { sha256, size, mode } = file;
      const from = here.get(sha256) ?? objectPath(sha256);
      return [
        { do: "copy", from, path, file: { sha256, size, mode } },
        { do: "sync", path },
      ];
    }),
    ...[root, ...folders].toReversed().map((path): FileOperation => ({ do: "sync-folder", path })),
  ];
}

/** Writes the tree's list beside it, and gives the assembled tree its name. */
export function nameOperations(list: TreeList): FileOperation[] {
  const path = treeListPath(list.name);
  return [
    { do: "create", path, text: treeListText(list), mode: 0o644 },
    { do: "sync", path },
    { do: "sync-folder", path: TREES },
    { do: "rename", from: partialTreePath(list.name), path: treePath(list.name) },
    { do: "sync-folder", path: VERSIONS },
  ];
}

/** Takes back what was staged and not yet noted. */
export function discardOperations(list: TreeList): FileOperation[] {
  return [{ do: "remove-tree", path: partialTreePath(list.name) }];
}

/** Where each content stands in the installed tree. */
function contentsOf(base: TreeList | undefined): ReadonlyMap<string, string> {
  if (base === undefined) return new Map();
  return new Map(filesOf(base).map(({ sha256, path }) => [sha256, `${treePath(base.name)}/${path}`]));
}

/** Bytes that the tree and the objects which are not here yet take on the disk. */
export function spaceNeeded(plan: StagingPlan, here: ReadonlySet<string>): number {
  const sum = (sizes: readonly { readonly size: number }[]): number => sizes.reduce((all, { size }) => all + size, 0);
  const missing = wantedObjects(plan).filter(({ sha256 }) => !here.has(sha256));
  return sum(filesOf(plan.list)) + sum(missing);
}

/** Reads each file of a tree; `check` compares. */
export function rehashOperations(list: TreeList): FileOperation[] {
  return filesOf(list).map(({ path }): FileOperation => ({ do: "digest", path: `${treePath(list.name)}/${path}` }));
}

export function isFile(
  file: TreeFile,
  digest: { readonly sha256: string; readonly size: number } | undefined,
): boolean {
  return digest !== undefined && digest.sha256 === file.sha256 && digest.size === file.size;
}
