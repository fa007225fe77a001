import { FieldtapeError } from "../../errors.ts";
import type { DurableFs, FileAnswer, FileOperation, FolderEntry } from "../update/durable-fs.ts";
import { entriesOf, textOf } from "../update/file-answer.ts";
import { type Installation, treeOf, wantedTree } from "../update/installation.ts";
import { JOURNAL_SIZE_MAX, readJournal } from "../update/journal.ts";
import { JOURNAL, TREES, treeListPath, VERSIONS } from "../update/layout.ts";
import { recover } from "../update/recover.ts";
import { parseTreeList } from "../update/schema.ts";
import { TREE_LIST_SIZE_MAX } from "../update/tree-list.ts";
import type { UpdaterStateName } from "../update/updater-talk.ts";

/** What stands on a device: as its journal tells it, unless what is on the disk gives it the lie. */
export interface DeviceStatus {
  /** The version that `current` names. */
  readonly current: string | undefined;
  /** The version that a rollback leads to. */
  readonly previous: string | undefined;
  readonly state: UpdaterStateName;
  /** Of the current version. */
  readonly release: number | undefined;
  /** No release at or below this is installed any more. */
  readonly floor: number;
  /** Releases that were rolled back here and are not offered again. */
  readonly failed: readonly number[];
  /** Versions that are complete on the disk. */
  readonly versions: readonly string[];
  /** The parts of the current version, each with a version of its own; empty where its list cannot be read. */
  readonly components: Readonly<Record<string, string>>;
}

/** @throws FieldtapeError INPUT_UNREADABLE */
export async function deviceStatus(disk: DurableFs, signal: AbortSignal): Promise<DeviceStatus> {
  const perform = async (operation: FileOperation): Promise<FileAnswer> => {
    const answer = await disk.perform(operation, signal);
    if ("ok" in answer) return answer;
    const file = operation.path || ".";
    throw new FieldtapeError("INPUT_UNREADABLE", `cannot be read (${answer.failed})`, { file });
  };
  const list = async (path: string): Promise<readonly FolderEntry[]> => entriesOf(await perform({ do: "list", path }));
  const text = await perform({ do: "read", path: JOURNAL, sizeMax: JOURNAL_SIZE_MAX });
  const journal = readJournal(textOf(text) ?? "");
  const listing = {
    root: await list(""),
    versions: await list(VERSIONS),
    trees: await list(TREES),
    pointer: undefined,
  };
  const { installation, records } = journal;
  const current = treeOf(installation, wantedTree(installation));
  const last = records.findLast(({ type }) => type !== "retired" && type !== "base")?.type;
  // Whatever the pointer is, it decides nothing of the verdict.
  const { verdict } = recover(journal, listing, "link");
  const path = treeListPath(current?.name ?? "");
  const parts = current && textOf(await perform({ do: "read", path, sizeMax: TREE_LIST_SIZE_MAX }));
  return {
    current: current?.version,
    previous: previousOf(installation),
    state: verdict === "inconsistent" ? verdict : stateOf(installation, last === "rolled-back"),
    release: current?.release,
    floor: installation.floor,
    failed: installation.failed,
    versions: installation.trees.map(({ version }) => version),
    components: Object.fromEntries(
      (parseTreeList(parts ?? "")?.components ?? []).map(({ name, version }) => [name, version]),
    ),
  };
}

/** Of an unconfirmed version: the one that is known to work. */
function previousOf(installation: Installation): string | undefined {
  const { change, confirmed, previous } = installation;
  const isCurrent = change === undefined || change.phase === "staged";
  return treeOf(installation, isCurrent ? previous : confirmed)?.version;
}

function stateOf({ change, confirmed }: Installation, rolledBack: boolean): UpdaterStateName {
  if (change === undefined) return confirmed === undefined ? "idle" : rolledBack ? "rolled-back" : "committed";
  if (change.phase === "staged") return "waiting-for-exit";
  return change.phase === "switched" ? "confirming" : change.phase;
}
