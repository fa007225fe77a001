import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { sha256Hex } from "../../../bytes/sha256.ts";
import { assert, FieldtapeError } from "../../../errors.ts";
import { isAncestor } from "../../../ota/lock/process-name.ts";
import { writeWhole } from "../../../ota/release/atomic-file.ts";
import { programRoot } from "../../program-root.ts";
import { RESULT_FILE, UPDATER_FOLDER } from "./updater-folder.ts";

export interface UpdaterRun {
  readonly root: string;
  /** The application's process. */
  readonly waitFor: number | undefined;
  readonly yes: boolean;
  /** Where its events go. */
  readonly events: string | undefined;
}

/**
 * Puts a copy of the external updater outside the versions that it switches.
 *
 * @returns its path
 * @throws FieldtapeError INPUT_UNREADABLE, OUTPUT_FAILED, DISK_FULL
 */
export async function copyUpdater(root: string): Promise<string> {
  const program = await readFile(join(programRoot(), "dist", "updater.js"));
  const folder = join(root, UPDATER_FOLDER);
  await mkdir(folder, { recursive: true });
  // What came of the update before is nobody's answer to this one.
  await rm(join(root, RESULT_FILE), { force: true });
  // By its content: one that runs is never written over.
  const file = join(folder, `updater-${sha256Hex(program).slice(0, 16)}.mjs`);
  await writeWhole(file, program, { mode: 0o755, force: true });
  return file;
}

/**
 * Whether this process can turn into the updater (execve(2); Node 22.15 and later). Where it runs as a service of its own, the manager
 * ends whatever else it has started as soon as it exits. Not where the application has started it: that may wait for our exit, and the
 * updater waits for its.
 */
export function canBecomeUpdater({ waitFor }: UpdaterRun): boolean {
  return "execve" in process && (waitFor === undefined || !isAncestor(waitFor));
}

/** This process goes on as the updater: does not return. Should the system refuse, it ends, and `ota device resume` goes on. */
export function becomeUpdater(file: string, run: UpdaterRun): never {
  assert("execve" in process && typeof process.execve === "function", "asked to become the updater without execve");
  const args = [process.execPath, file, ...argumentsOf(run)];
  process.chdir(run.root);
  // Its words go to its log, and whoever reads ours hears their end: a file that is opened gets the lowest number that is free.
  for (const standard of [0, 1, 2]) closeSync(standard);
  openSync("/dev/null", "r");
  for (const _output of [1, 2]) openLog(run.root);
  process.execve(process.execPath, args, { ...process.env });
  throw new Error("bug in fieldtape: execve returned");
}

/**
 * Starts the updater as a process that outlives this one.
 *
 * @returns its number
 * @throws FieldtapeError OUTPUT_FAILED
 */
export async function spawnUpdater(file: string, run: UpdaterRun): Promise<number> {
  const log = openLog(run.root);
  try {
    const args = [file, ...argumentsOf(run)];
    const child = spawn(process.execPath, args, { cwd: run.root, detached: true, stdio: ["ignore", log, log] });
    await once(child, "spawn");
    child.unref();
    return child.pid ?? 0;
  } catch (cause) {
    throw new FieldtapeError("OUTPUT_FAILED", "cannot start the external updater", { file, cause });
  } finally {
    closeSync(log);
  }
}

function argumentsOf({ root, waitFor, yes, events }: UpdaterRun): readonly string[] {
  const waits = waitFor === undefined ? [] : ["--wait-pid", String(waitFor)];
  const told = events === undefined ? [] : ["--events", resolve(events)];
  return ["--install", root, ...waits, ...told, ...(yes ? ["--yes"] : [])];
}

function openLog(root: string): number {
  return openSync(join(root, UPDATER_FOLDER, "updater.log"), "a", 0o600);
}
