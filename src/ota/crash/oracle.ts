import { treeOf } from "../update/installation.ts";
import { type Journal, readJournal } from "../update/journal.ts";
import { JOURNAL, treePath } from "../update/layout.ts";
import type { TreeFile } from "../update/offer.ts";
import { filesOf, type TreeList, type TreeRef } from "../update/tree-list.ts";
import { contentOf, textOf } from "./content.ts";
import type { ModelDisk } from "./model-disk.ts";
import type { ModelEnd } from "./model-session.ts";

/** What must hold of every disk that a fault can leave. */
export interface Law {
  /** Both may be the current tree; `before` is undefined where nothing was installed. */
  readonly before: TreeList | undefined;
  readonly after: TreeList;
  readonly floorBefore: number;
  /** Every tree that may stand there, by the digest of its list: one that the journal counts among the complete ones must be so. */
  readonly trees: ReadonlyMap<string, TreeList>;
}

/** What the device has said for certain: which of the two it is from now on. */
export type Promised = "before" | "after" | undefined;

/**
 * What is wrong with a disk as it is found after a fault, before any program has looked at it; undefined: nothing.
 */
export function faultOf(disk: ModelDisk, law: Law, promised: Promised): string | undefined {
  const { before, after } = law;
  const current = currentTree(disk);
  const isBefore = before === undefined ? current === undefined : isTree(disk, current, before);
  const isAfter = isTree(disk, current, after);
  if (!isBefore && !isAfter)
    return `the current tree is neither the old nor the new one (${current ?? "there is none"})`;
  if (promised === "after" && !isAfter) return "the new version was said to be kept, and the old one is back";
  if (promised === "before" && !isBefore) return "the new version was said to be rolled back, and is back";
  return faultOfJournal(disk, law, promised);
}

/** Whether it has become the new version. */
export function isAfter(disk: ModelDisk, { after }: Law): boolean {
  return isTree(disk, currentTree(disk), after);
}

function faultOfJournal(disk: ModelDisk, law: Law, promised: Promised): string | undefined {
  const { before, after, floorBefore } = law;
  const { installation, records } = journalOf(disk);
  const { floor } = installation;
  if (floor < floorBefore) return `the floor was lowered from ${floorBefore} to ${floor}`;
  const kept = records.some(
    ({ type, floor: raised }) => (type === "confirmed" || type === "installed") && raised === floor,
  );
  if (floor > floorBefore && !kept) return `the floor was raised to ${floor} before that release was confirmed`;
  if (promised === "after" && floor < after.release)
    return `release ${after.release} is confirmed, and the floor is ${floor}`;
  const confirmed = treeOf(installation, installation.confirmed);
  if (confirmed === undefined) return before === undefined ? undefined : "no version is confirmed";
  if (disk.at(treePath(confirmed.name)) === undefined) return `the confirmed version ${confirmed.name} has gone`;
  const broken = installation.trees.find((tree) => isBroken(disk, tree, law));
  return broken && `${treePath(broken.name)} counts as complete, and is not`;
}

function isBroken(disk: ModelDisk, { name, list }: TreeRef, { trees }: Law): boolean {
  const path = treePath(name);
  const known = trees.get(list);
  return disk.at(path) !== undefined && (known === undefined || !isTree(disk, path, known));
}

/** What is wrong after a restart has come to its end without any further fault. */
export function faultOfRestart(end: ModelEnd, disk: ModelDisk, law: Law, promised: Promised): string | undefined {
  if (end.type === "endless") return "recovery does not end";
  if (end.outcome === "inconsistent") return `recovery finds nothing to stand on (${end.reason ?? ""})`;
  if (end.outcome === "failed" && end.reason !== "installed-already") return `recovery fails (${end.reason ?? ""})`;
  return faultOf(disk, law, promised);
}

const journals = new Map<string, Journal>();

function journalOf(disk: ModelDisk): Journal {
  const node = disk.at(JOURNAL);
  const text = node?.kind === "file" ? textOf(node.bytes) : "";
  const known = journals.get(text) ?? readJournal(text);
  journals.set(text, known);
  return known;
}

function currentTree(disk: ModelDisk): string | undefined {
  const current = disk.at("current");
  return current?.kind === "link" ? current.target : undefined;
}

/** Exactly these files, with these bytes and modes, and no others. */
function isTree(disk: ModelDisk, path: string | undefined, list: TreeList): boolean {
  if (path === undefined) return false;
  const wanted = wantedFiles(list);
  const found = disk.filesBelow(path);
  if (found.length !== wanted.size) return false;
  return found.every(({ path: name, bytes, mode }) => {
    const file = wanted.get(name);
    return file !== undefined && file.mode === mode && contentOf(bytes).sha256 === file.sha256;
  });
}

const wantedByList = new WeakMap<TreeList, ReadonlyMap<string, TreeFile>>();

function wantedFiles(list: TreeList): ReadonlyMap<string, TreeFile> {
  const known = wantedByList.get(list) ?? new Map(filesOf(list).map((file) => [file.path, file]));
  wantedByList.set(list, known);
  return known;
}
