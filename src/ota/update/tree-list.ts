import { sha256Hex } from "../../bytes/sha256.ts";
import { isTreeName } from "./layout.ts";
import type { Component, Offer, TreeFile } from "./offer.ts";

/** What a complete tree is made of. Stands beside the tree (`trees/<name>.json`), so that the tree can be checked at any time. */
export interface TreeList {
  readonly name: string;
  readonly version: string;
  readonly release: number;
  /** SHA-256 of the manifest that brought it. */
  readonly manifest: string;
  readonly components: readonly Component[];
}

/** A tree as the journal names it. */
export interface TreeRef {
  readonly name: string;
  readonly version: string;
  readonly release: number;
  /** SHA-256 of the text of its list. */
  readonly list: string;
}

/** The bytes of most lists are a few hundred kilobytes; a hundred thousand files stay below this. */
export const TREE_LIST_SIZE_MAX = 64 * 1024 * 1024;

export function treeListText(list: TreeList): string {
  return `${JSON.stringify(list)}\n`;
}

export function treeRef(list: TreeList): TreeRef {
  const { name, version, release } = list;
  return { name, version, release, list: sha256Hex(new TextEncoder().encode(treeListText(list))) };
}

export function isListOf(tree: TreeRef, text: string): boolean {
  return sha256Hex(new TextEncoder().encode(text)) === tree.list;
}

/** Every file, by path in code-unit order. */
export function filesOf({ components }: Pick<TreeList, "components">): TreeFile[] {
  return components.flatMap(({ files }) => files).toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Every folder that the files need, outer ones first. */
export function foldersOf(files: readonly TreeFile[]): string[] {
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1))
      folders.add(path.slice(0, slash));
  }
  return [...folders].toSorted();
}

/**
 * The tree that an offer makes of what is installed: its components, and those of `base` that it does not bring. A reason where
 * there can be no such tree.
 */
export function composeTree(
  offer: Offer,
  base: TreeList | undefined,
  taken: readonly string[],
): { readonly list: TreeList } | { readonly refused: string } {
  const brought = new Set(offer.components.map(({ name }) => name));
  const carried = base?.components.filter(({ name }) => !brought.has(name)) ?? [];
  const components = [...offer.components, ...carried].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  // A component's release may leave the version as it is; and a downgrade may bring one that is still here.
  const name = taken.includes(offer.version) ? `${offer.version}-r${offer.release}` : offer.version;
  if (!isTreeName(name) || taken.includes(name)) return { refused: "bad-version" };
  const clash = clashOf(filesOf({ components }).map(({ path }) => path));
  if (clash) return { refused: "two-files-of-one-name" };
  const { version, release, manifest } = offer;
  return { list: { name, version, release, manifest, components } };
}

/** Whether two are the same, or one would be a folder of the other. */
function clashOf(paths: readonly string[]): boolean {
  const seen = new Set(paths);
  return (
    seen.size < paths.length ||
    foldersOf(paths.map((path) => ({ path, sha256: "", size: 0, mode: 0 }))).some((folder) => seen.has(folder))
  );
}
