import type { Installation } from "./installation.ts";
import type { TreeRef } from "./tree-list.ts";

/** What the journal says; each is written and synced before what it announces is done, or after what it says is durable. */
export type JournalEvent =
  /** All that went before, in one. */
  | { readonly type: "base"; readonly installation: Installation }
  | {
      readonly type: "installed" | "staged" | "switching" | "switched" | "confirmed" | "abandoned" | "retired";
      readonly tree: TreeRef;
    }
  | { readonly type: "starting"; readonly tree: TreeRef; readonly attempt: number }
  | { readonly type: "rolling-back"; readonly from: TreeRef; readonly tree: TreeRef; readonly reason: string }
  | { readonly type: "rolled-back"; readonly from: TreeRef; readonly tree: TreeRef };

/** One line: numbered, and each with the floor, so that no lost line can lower it. */
export type JournalRecord = JournalEvent & { readonly n: number; readonly floor: number };
