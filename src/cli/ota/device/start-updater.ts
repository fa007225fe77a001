import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { sha256Hex } from "../../../bytes/sha256.ts";
import { FieldtapeError } from "../../../errors.ts";
import { writeWhole } from "../../../ota/release/atomic-file.ts";
import { programRoot } from "../../program-root.ts";

const FOLDER = "updater";

export interface StartedUpdater {
  readonly pid: number;
  /** The copy that runs. */
  readonly file: string;
}

export interface UpdaterRun {
  /** The application's process. */
  readonly waitFor: number | undefined;
  readonly yes: boolean;
  /** Where its events go. */
  readonly events: string | undefined;
}

/**
 * Starts the external updater on an installation: a copy of it, outside the versions, as a process of its own.
 *
 * @throws FieldtapeError INPUT_UNREADABLE, OUTPUT_FAILED, DISK_FULL, LINK_OPEN_FAILED
 */
export async function startUpdater(root: string, { waitFor, yes, events }: UpdaterRun): Promise<StartedUpdater> {
  const program = await readFile(join(programRoot(), "dist", "updater.js"));
  const folder = join(root, FOLDER);
  await mkdir(folder, { recursive: true });
  // By its content: one that runs is never written over.
  const file = join(folder, `updater-${sha256Hex(program).slice(0, 16)}.mjs`);
  await writeWhole(file, program, { mode: 0o755, force: true });
  const log = openSync(join(folder, "updater.log"), "a", 0o600);
  try {
    const waits = waitFor === undefined ? [] : ["--wait-pid", String(waitFor)];
    const told = events === undefined ? [] : ["--events", resolve(events)];
    const args = [file, "--install", root, ...waits, ...told, ...(yes ? ["--yes"] : [])];
    const child = spawn(process.execPath, args, { cwd: root, detached: true, stdio: ["ignore", log, log] });
    await once(child, "spawn");
    child.unref();
    return { pid: child.pid ?? 0, file };
  } catch (cause) {
    throw new FieldtapeError("OUTPUT_FAILED", "cannot start the external updater", { file, cause });
  } finally {
    closeSync(log);
  }
}
