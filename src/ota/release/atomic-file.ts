import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { FieldtapeError, systemCode } from "../../errors.ts";
import { alreadyThere, onDisk } from "../../tape/tape-disk.ts";

/** A file that is there whole or not at all: written beside its place, synced, and put into it by one rename. */
export class AtomicFile implements AsyncDisposable {
  readonly #path: string;
  readonly #partial: string;
  readonly #handle: FileHandle;
  #open = true;

  private constructor(path: string, partial: string, handle: FileHandle) {
    this.#path = path;
    this.#partial = partial;
    this.#handle = handle;
  }

  /**
   * The folder is made. Whoever uses it commits, or disposes of what was written.
   *
   * @throws FieldtapeError OUTPUT_FAILED, DISK_FULL
   */
  static async create(path: string, mode: number): Promise<AtomicFile> {
    const partial = `${path}.partial`;
    const handle = await onDisk(
      path,
      mkdir(dirname(path), { recursive: true }).then(() => open(partial, "w", mode)),
    );
    const file = new AtomicFile(path, partial, handle);
    // The mask of the process, or a partial file left behind, must not decide it.
    await onDisk(path, handle.chmod(mode));
    return file;
  }

  write(chunk: Uint8Array): Promise<void> {
    return onDisk(this.#path, this.#handle.appendFile(chunk));
  }

  async commit(): Promise<void> {
    await onDisk(this.#path, this.#handle.sync());
    await this.#close();
    await onDisk(this.#path, rename(this.#partial, this.#path));
    await onDisk(this.#path, syncFolder(dirname(this.#path)));
  }

  /** Removes what was written, unless it was committed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return;
    await this.#close();
    await rm(this.#partial, { force: true });
  }

  async #close(): Promise<void> {
    this.#open = false;
    await onDisk(this.#path, this.#handle.close());
  }
}

export interface WholeFileOptions {
  readonly mode: number;
  /** Replace a file that is there. */
  readonly force: boolean;
}

/**
 * Writes a file in one step.
 *
 * @throws FieldtapeError OUTPUT_EXISTS, OUTPUT_FAILED, DISK_FULL
 */
export async function writeWhole(path: string, bytes: Uint8Array | string, options: WholeFileOptions): Promise<void> {
  if (!options.force) await refuseExisting(path);
  await using file = await AtomicFile.create(path, options.mode);
  await file.write(typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
  await file.commit();
}

/** @throws FieldtapeError OUTPUT_EXISTS */
export async function refuseExisting(path: string): Promise<void> {
  if (await isThere(path)) throw alreadyThere(path);
}

export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return false;
    throw new FieldtapeError("OUTPUT_FAILED", "cannot be looked at", { file: path, cause });
  }
}

/** Where a folder cannot be opened (Windows), names are as durable as the system makes them. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => undefined);
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
}
