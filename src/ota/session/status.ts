import { FieldtapeError } from "../../errors.ts";
import type { DurableFs } from "../update/durable-fs.ts";
import { type Installation, treeOf, wantedTree } from "../update/installation.ts";
import { JOURNAL_SIZE_MAX, readJournal } from "../update/journal.ts";
import { JOURNAL } from "../update/layout.ts";
import type { UpdaterStateName } from "../update/updater-talk.ts";

/** What stands on a device, as its journal tells it. */
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
}

/** @throws FieldtapeError INPUT_UNREADABLE */
export async function deviceStatus(disk: DurableFs, signal: AbortSignal): Promise<DeviceStatus> {
  const answer = await disk.perform({ do: "read", path: JOURNAL, sizeMax: JOURNAL_SIZE_MAX }, signal);
  if (!("ok" in answer) || answer.ok !== "text") {
    const code = "failed" in answer ? answer.failed : "unknown";
    throw new FieldtapeError("INPUT_UNREADABLE", `cannot read the journal (${code})`, { file: JOURNAL });
  }
  const { installation, records } = readJournal(answer.text ?? "");
  const current = treeOf(installation, wantedTree(installation));
  const last = records.findLast(({ type }) => type !== "retired" && type !== "base")?.type;
  return {
    current: current?.version,
    previous: previousOf(installation),
    state: stateOf(installation, last === "rolled-back"),
    release: current?.release,
    floor: installation.floor,
    failed: installation.failed,
    versions: installation.trees.map(({ version }) => version),
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
