import type { Journal } from "./journal.ts";
import { TREES, treeListPath, treePath, VERSIONS } from "./layout.ts";
import type { Script } from "./script.ts";

/**
 * Takes away what is not needed any more: of the trees all but the `keep` that were confirmed last, the current one counted.
 * `failed` goes in any case. That a tree ends is noted first: from then on nobody takes it for complete.
 */
export function retire(script: Script, keep: number, failed?: string): void {
  const kept = keptTrees(script.journal, keep, failed);
  for (const tree of script.journal.installation.trees.filter(({ name }) => !kept.has(name))) {
    script.note({ type: "retired", tree });
    script.add([
      { do: "remove-tree", path: treePath(tree.name) },
      { do: "sync-folder", path: VERSIONS },
      { do: "remove", path: treeListPath(tree.name) },
      { do: "sync-folder", path: TREES },
    ]);
  }
}

function keptTrees({ installation }: Journal, keep: number, failed: string | undefined): ReadonlySet<string> {
  const { trees, confirmed, previous, change } = installation;
  const latest = trees.map(({ name }) => name).toReversed();
  const order = new Set([confirmed, previous, ...latest].filter((name) => name !== undefined && name !== failed));
  return new Set([...[...order].slice(0, keep), change?.to].filter((name) => name !== undefined));
}
