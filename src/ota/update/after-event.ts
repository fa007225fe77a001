import { unreachable } from "../../errors.ts";
import { type Installation, withoutTree } from "./installation.ts";
import type { JournalEvent } from "./journal-record.ts";
import type { TreeRef } from "./tree-list.ts";

/** What is remembered of releases that failed: the latest ones. */
const FAILED_MAX = 100;

/** What the journal's next record makes of it. */
export function afterEvent(before: Installation, event: JournalEvent, floor: number): Installation {
  // A floor never goes back, whatever a record says.
  const installation = { ...before, floor: Math.max(before.floor, floor) };
  switch (event.type) {
    case "base":
      return { ...event.installation, floor: Math.max(installation.floor, event.installation.floor) };
    case "installed":
    case "confirmed":
      return confirmed(withTree(installation, event.tree), event.tree.name);
    case "staged":
      return { ...withTree(installation, event.tree), change: { phase: "staged", to: event.tree.name } };
    case "switching":
    case "switched":
      return {
        ...withTree(installation, event.tree),
        change: { phase: event.type, to: event.tree.name, starts: startsOf(installation) },
      };
    case "starting":
      return {
        ...withTree(installation, event.tree),
        change: { phase: "switched", to: event.tree.name, starts: event.attempt },
      };
    case "rolling-back": {
      const { from, tree, reason } = event;
      return { ...installation, change: { phase: "rolling-back", from: from.name, to: tree.name, reason } };
    }
    case "rolled-back":
      return {
        ...installation,
        failed: [...installation.failed, event.from.release].slice(-FAILED_MAX),
        confirmed: event.tree.name,
        previous: installation.previous === event.tree.name ? undefined : installation.previous,
        change: undefined,
      };
    case "abandoned":
      return { ...installation, change: undefined };
    case "retired":
      return withoutTree(installation, event.tree.name);
    default:
      return unreachable(event);
  }
}

function startsOf({ change }: Installation): number {
  return change !== undefined && "starts" in change ? change.starts : 0;
}

function confirmed(installation: Installation, name: string): Installation {
  const previous = installation.confirmed === name ? installation.previous : installation.confirmed;
  return { ...installation, confirmed: name, previous, change: undefined };
}

function withTree(installation: Installation, tree: TreeRef): Installation {
  return { ...installation, trees: [...installation.trees.filter(({ name }) => name !== tree.name), tree] };
}
