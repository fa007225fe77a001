import type { TreeRef } from "./tree-list.ts";

/** What is installed, as the journal tells it. */
export interface Installation {
  /** No release at or below this may be installed. It never goes back, and only a confirmed release raises it. */
  readonly floor: number;
  /** Releases that were rolled back here, not to be tried again. */
  readonly failed: readonly number[];
  /** Complete trees, those longest known first. */
  readonly trees: readonly TreeRef[];
  /** The tree that is known to work. */
  readonly confirmed?: string | undefined;
  /** The one that was confirmed before it, while it is kept. */
  readonly previous?: string | undefined;
  /** What is under way. */
  readonly change?: Change | undefined;
}

export type Change =
  /** A complete tree stands beside the confirmed one. */
  | { readonly phase: "staged"; readonly to: string }
  /** From `switching` on the new tree is meant to be the current one; it is so for certain when `switched`. */
  | { readonly phase: "switching" | "switched"; readonly to: string; readonly starts: number }
  | { readonly phase: "rolling-back"; readonly from: string; readonly to: string; readonly reason: string };

export const NOTHING_INSTALLED: Installation = { floor: 0, failed: [], trees: [] };

export function treeOf(installation: Installation, name: string | undefined): TreeRef | undefined {
  return installation.trees.find((tree) => tree.name === name);
}

/** The tree that `current` must name. */
export function wantedTree({ change, confirmed }: Installation): string | undefined {
  return change === undefined || change.phase === "staged" ? confirmed : change.to;
}

/** Without a tree that is no longer there. */
export function withoutTree(installation: Installation, name: string): Installation {
  const { previous } = installation;
  return {
    ...installation,
    trees: installation.trees.filter((tree) => tree.name !== name),
    previous: previous === name ? undefined : previous,
  };
}
