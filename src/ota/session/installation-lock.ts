import { join } from "node:path";
import { holdLock } from "../lock/process-lock.ts";

const LOCK_FILE = "updater.lock";

/**
 * One session at a time: holds the installation in `root` until it is disposed of.
 *
 * @throws FieldtapeError OUTPUT_FAILED while another session holds it, or where the folder cannot be written to
 */
export function lockInstallation(root: string): Disposable {
  return holdLock(join(root, LOCK_FILE), { what: "the installation", who: "another session" });
}
