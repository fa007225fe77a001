import type { JsonObject } from "../../bytes/json.ts";
import type { DurableFs, FileAnswer } from "../update/durable-fs.ts";
import { JOURNAL_SIZE_MAX } from "../update/journal.ts";
import { JOURNAL, KEPT, STAGING, TREES, VERSIONS } from "../update/layout.ts";

/** At the top of an installation that no program may mend: what somebody needs who is to help. */
export const REPORT_FILE = "inconsistent.json";

const FOLDERS = ["", VERSIONS, TREES, STAGING];

/** What stands in the installation, without the payload. What cannot be read is told as the reason why. */
export async function inconsistencyReport(disk: DurableFs, signal: AbortSignal): Promise<JsonObject> {
  const folders: Record<string, JsonObject> = {};
  for (const path of FOLDERS) folders[path || "."] = plain(await disk.perform({ do: "list", path }, signal));
  const files: Record<string, JsonObject> = {};
  for (const path of [JOURNAL, KEPT])
    files[path] = plain(await disk.perform({ do: "read", path, sizeMax: JOURNAL_SIZE_MAX }, signal));
  return { type: "inconsistency", schema: 1, folders, files };
}

function plain(answer: FileAnswer): JsonObject {
  if ("failed" in answer) return { failed: answer.failed };
  if (answer.ok === "entries") return { entries: answer.entries.map((entry) => ({ ...entry })) };
  return answer.ok === "text" ? { text: answer.text ?? null } : {};
}
