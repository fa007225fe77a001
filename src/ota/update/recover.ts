import { unreachable } from "../../errors.ts";
import type { FileOperation, FolderEntry } from "./durable-fs.ts";
import { type Change, type Installation, treeOf, wantedTree, withoutTree } from "./installation.ts";
import type { Journal } from "./journal.ts";
import type { JournalEvent } from "./journal-record.ts";
import { CURRENT, isPartial, JOURNAL, KEPT, partial, TREES, treeListPath, VERSIONS } from "./layout.ts";
import { type PointerKind, pointedTree, pointTo } from "./pointer.ts";
import { Script } from "./script.ts";

/** What stands in an installation's folder. */
export interface Listing {
  readonly root: readonly FolderEntry[];
  readonly versions: readonly FolderEntry[];
  readonly trees: readonly FolderEntry[];
  /** What the pointer file holds, where the pointer is one. */
  readonly pointer: string | undefined;
}

export type Recovery =
  | { readonly verdict: "nothing-installed"; readonly operations: readonly FileOperation[] }
  /** After the operations the disk is as `journal` says; none: it is so already. */
  | { readonly verdict: "sound"; readonly journal: Journal; readonly operations: readonly FileOperation[] }
  /** Nothing here may be touched by a program. */
  | { readonly verdict: "inconsistent"; readonly reason: "no-journal" | "no-tree" };

/**
 * What the last session left, made whole: a function of the journal and what is listed, and of nothing else. What was meant to be
 * the current tree becomes it; what is not yet or no longer a tree goes. Its operations may themselves be cut off at any point.
 */
export function recover(read: Journal, listing: Listing, kind: PointerKind): Recovery {
  const entry = listing.root.find(({ name }) => name === CURRENT);
  if (read.records.length === 0) {
    if (entry !== undefined) return { verdict: "inconsistent", reason: "no-journal" };
    return { verdict: "nothing-installed", operations: leftovers(read, listing, undefined) };
  }
  const current = pointedTree(entry, listing.pointer);
  const known = { ...read, installation: forgetMissing(read.installation, listing) };
  const settled = settle(known.installation, read.installation);
  if (settled === undefined) return { verdict: "inconsistent", reason: "no-tree" };
  const script = new Script(known);
  script.add(leftovers(known, listing, current));
  for (const event of settled.before) script.note(event);
  const wanted = wantedTree(script.journal.installation);
  // That a rename is seen does not say that it is on the disk: one that was not noted as done is done again.
  if (wanted !== undefined && (settled.repoint || wanted !== current)) {
    script.renew();
    script.add(pointTo(kind, wanted));
  }
  for (const event of settled.after) script.note(event);
  return { verdict: "sound", ...script.whole() };
}

/** A tree whose end was noted, or that somebody took away, is none. */
function forgetMissing(installation: Installation, { versions }: Listing): Installation {
  const there = new Set(versions.filter(({ kind }) => kind === "folder").map(({ name }) => name));
  return installation.trees
    .filter(({ name }) => !there.has(name))
    .reduce((rest, { name }) => withoutTree(rest, name), installation);
}

/** Where a change that was under way leads: noted before and after `current` is set, which is set again if `repoint`. */
interface Settled {
  readonly before: readonly JournalEvent[];
  readonly after: readonly JournalEvent[];
  readonly repoint: boolean;
}

const STILL: Settled = { before: [], after: [], repoint: false };

/** `all` has the trees that are missing, too. Undefined: there is no tree to stand on. */
function settle(installation: Installation, all: Installation): Settled | undefined {
  const { change } = installation;
  const confirmed = treeOf(installation, installation.confirmed);
  if (change === undefined) return confirmed && STILL;
  const to = treeOf(installation, change.to);
  if (to === undefined) return withoutGoal(change, installation, all);
  switch (change.phase) {
    case "staged":
      return confirmed && STILL;
    case "switching":
      return { ...STILL, after: [{ type: "switched", tree: to }], repoint: true };
    case "switched":
      return STILL;
    case "rolling-back": {
      const from = treeOf(all, change.from) ?? to;
      return { ...STILL, after: [{ type: "rolled-back", from, tree: to }], repoint: true };
    }
    default:
      return unreachable(change);
  }
}

/** The tree that was to be the current one has gone. */
function withoutGoal(change: Change, installation: Installation, all: Installation): Settled | undefined {
  const lost = treeOf(all, change.to);
  const confirmed = treeOf(installation, installation.confirmed);
  if (lost === undefined || confirmed === undefined || change.phase === "rolling-back") return undefined;
  if (change.phase === "staged") return { ...STILL, after: [{ type: "abandoned", tree: lost }] };
  const turn = { from: lost, tree: confirmed };
  const before = [{ type: "rolling-back", ...turn, reason: "tree-missing" }] as const;
  return { before, after: [{ type: "rolled-back", ...turn }], repoint: true };
}

/** Takes away what is not yet or no longer of any use. In a damaged journal a tree's name may be missing: then trees stay. */
function leftovers(journal: Journal, listing: Listing, current: string | undefined): FileOperation[] {
  const { trees, change } = journal.installation;
  const known = new Set([...trees.map(({ name }) => name), current, change?.to]);
  const lists = new Set(trees.map(({ name }) => treeListPath(name)));
  const sure = journal.state !== "damaged";
  const partials = new Set([CURRENT, JOURNAL, KEPT].map(partial));
  return [
    ...listing.root.filter(({ name }) => partials.has(name)).map((entry) => removal(entry, entry.name)),
    ...listing.versions
      .filter(({ name }) => isPartial(name) || (sure && !known.has(name)))
      .map((entry) => removal(entry, `${VERSIONS}/${entry.name}`)),
    ...listing.trees
      .filter(({ name }) => sure && !lists.has(`${TREES}/${name}`))
      .map((entry) => removal(entry, `${TREES}/${entry.name}`)),
  ];
}

function removal({ kind }: FolderEntry, path: string): FileOperation {
  return kind === "folder" ? { do: "remove-tree", path } : { do: "remove", path };
}
