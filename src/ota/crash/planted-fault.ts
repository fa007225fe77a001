import { DONE, type FileOperation } from "../update/durable-fs.ts";
import { journalLine, readJournal } from "../update/journal.ts";
import { JOURNAL, partial, VERSIONS } from "../update/layout.ts";
import type { Performs } from "./model-session.ts";

/**
 * Mistakes that updaters are known to make, planted between ours and its disk. Each must be found, or what the crash map says of the
 * updater is worth nothing.
 */
export const PLANTED_FAULTS: Readonly<Record<string, (disk: Performs) => Performs>> = {
  "a file of the new tree is never synced": withoutSync,
  "a file gets its name before it is synced": renameFirst,
  "the floor is raised when the tree is staged": floorEarly,
  "the journal is written after what it announces": journalLate,
};

const isJournal = (path: string): boolean => path === JOURNAL || path === partial(JOURNAL);

function withoutSync(disk: Performs): Performs {
  return {
    perform: (operation) =>
      operation.do === "sync" && operation.path.startsWith(`${VERSIONS}/`) ? DONE : disk.perform(operation),
  };
}

/** What is synced under its partial name is so only once it has the other. */
function renameFirst(disk: Performs): Performs {
  const unsynced = new Set<string>();
  return {
    perform(operation) {
      if (operation.do === "sync" && operation.path.startsWith(".")) {
        unsynced.add(operation.path);
        return DONE;
      }
      const answer = disk.perform(operation);
      if (operation.do === "rename" && unsynced.delete(operation.from))
        disk.perform({ do: "sync", path: operation.path });
      return answer;
    },
  };
}

function floorEarly(disk: Performs): Performs {
  return {
    perform: (operation) =>
      (operation.do === "append" || operation.do === "create") && isJournal(operation.path)
        ? disk.perform({ ...operation, text: raised(operation.text) })
        : disk.perform(operation),
  };
}

function raised(text: string): string {
  return readJournal(text)
    .records.map((record) => journalLine(record.type === "staged" ? { ...record, floor: record.tree.release } : record))
    .join("");
}

/** Each addition to the journal waits until something else has been written. */
function journalLate(disk: Performs): Performs {
  const held: FileOperation[] = [];
  return {
    perform(operation) {
      const adds = operation.path === JOURNAL && (operation.do === "append" || operation.do === "sync");
      if (adds) {
        held.push(operation);
        return DONE;
      }
      const answer = disk.perform(operation);
      if (operation.do === "remove-tree" || operation.do === "rename")
        for (const late of held.splice(0)) disk.perform(late);
      return answer;
    },
  };
}
