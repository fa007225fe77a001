import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BundleItem } from "../../bundle/bundle-item.ts";
import type { TextRedactor } from "../../bundle/redaction/text-redactor.ts";
import { FieldtapeError } from "../../errors.ts";
import { DEVICE_FILE } from "../../ota/session/device-file.ts";
import { inconsistencyReport, REPORT_FILE } from "../../ota/session/inconsistency-report.ts";
import { deviceStatus } from "../../ota/session/status.ts";
import { JOURNAL_SIZE_MAX } from "../../ota/update/journal.ts";
import { JOURNAL, KEPT } from "../../ota/update/layout.ts";
import { RealFs } from "../../ota/update/real-fs.ts";
import { exists } from "../../tape/segments.ts";
import { statusJson } from "../ota/device/device-words.ts";
import { jsonItem, textItem } from "./attachments.ts";

/** Files of an installation that tell its history. None of them is payload. */
const FILES = [JOURNAL, KEPT, DEVICE_FILE, REPORT_FILE, "updater/result.json"];

/**
 * What is known of the installation in `root`: its journal, what it trusts, how it stands, what was found when it could not go on, and the names of what
 * lies there. Its versions themselves stay where they are.
 *
 * @throws FieldtapeError INPUT_MISSING where nothing is installed, INPUT_UNREADABLE
 */
export async function installationItems(
  root: string,
  redactor: TextRedactor,
  signal: AbortSignal,
): Promise<readonly BundleItem[]> {
  const items: BundleItem[] = [];
  for (const name of FILES) {
    const text = await textOf(join(root, name));
    if (text !== undefined) items.push(textItem(`installation/${name}`, "installation", text, redactor));
  }
  if (items.length === 0)
    throw new FieldtapeError("INPUT_MISSING", "nothing is installed there: neither a journal nor a device", {
      file: root,
    });
  const disk = new RealFs(root);
  const { folders } = await inconsistencyReport(disk, signal);
  items.push(jsonItem("installation/folders.json", "installation", folders ?? null, redactor));
  const status = await deviceStatus(disk, signal).then(statusJson, told);
  items.push(jsonItem("installation/status.json", "installation", status, redactor));
  return items;
}

/** An installation that cannot even say how it stands is what a bundle is for. */
function told(thrown: unknown): { readonly failed: string } {
  if (thrown instanceof FieldtapeError) return { failed: thrown.message };
  throw thrown;
}

async function textOf(file: string): Promise<string | undefined> {
  if (!(await exists(file))) return undefined;
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new FieldtapeError("INPUT_UNREADABLE", "it cannot be read", { file, cause });
  }
  if (text.length <= JOURNAL_SIZE_MAX) return text;
  throw new FieldtapeError("LIMIT_EXCEEDED", `is larger than ${JOURNAL_SIZE_MAX} bytes`, { file });
}
