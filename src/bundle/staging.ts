import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { onDisk } from "../tape/tape-disk.ts";

/** A folder of our own, for what is not finished; it is gone when its user is done, whatever happened. */
export interface Staging extends AsyncDisposable {
  readonly folder: string;
}

/**
 * A new folder beside `path`, on the same disk, for its owner alone.
 *
 * @throws FieldtapeError OUTPUT_FAILED, DISK_FULL
 */
export async function stagingBeside(path: string): Promise<Staging> {
  const parent = dirname(path);
  await onDisk(path, mkdir(parent, { recursive: true }));
  return stagingIn(parent);
}

export async function stagingIn(parent: string): Promise<Staging> {
  const folder = await onDisk(parent, mkdtemp(join(parent, ".fieldtape-")));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
