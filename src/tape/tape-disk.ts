import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { FieldtapeError, systemCode } from "../errors.ts";

/** A file that is being written, at positions of our choosing, so that a failed write leaves no doubt about what stands. */
export interface TapeFile {
  /** Returns how many bytes the disk took, which may be fewer than given. */
  write(pieces: readonly Uint8Array[], position: number): Promise<number>;
  read(into: Uint8Array, position: number): Promise<number>;
  truncate(length: number): Promise<void>;
  /** What was written survives a power cut from here on. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

/** Where tapes are written: the file system, or one whose limits a test sets. Rejects with the system's errors. */
export interface TapeDisk {
  /** A new file, mode 0600. An existing one is emptied if `force`, else it is an error `EEXIST`. */
  create(path: string, force: boolean): Promise<TapeFile>;
  /** Moves a file; the folder of the new name is made. */
  move(from: string, to: string): Promise<void>;
  /** Removes a file or a folder with everything in it; silent if there is none. */
  remove(path: string): Promise<void>;
  /** Names made or removed in this folder survive a power cut from here on. */
  syncFolder(path: string): Promise<void>;
}

export const fileSystem: TapeDisk & { isEmpty(path: string): Promise<boolean> } = {
  /** Whether there is a file with nothing in it. */
  async isEmpty(path) {
    const status = await stat(path).catch(() => undefined);
    return status?.isFile() === true && status.size === 0;
  },
  async create(path, force) {
    await makeFolder(dirname(path));
    if (force) await refuseWhatIsNoFile(path);
    // Read too: after a failed write the end is made from what stands there.
    const handle = await open(path, force ? "w+" : "wx+", 0o600);
    if (force) await handle.chmod(0o600);
    return new SystemFile(handle);
  },
  async move(from, to) {
    await makeFolder(dirname(to));
    await rename(from, to);
  },
  async remove(path) {
    await rm(path, { recursive: true, force: true });
  },
  async syncFolder(path) {
    // Where a folder cannot be opened (Windows), names are as durable as the system makes them.
    const handle = await open(path, "r").catch(() => undefined);
    try {
      await handle?.sync();
    } finally {
      await handle?.close();
    }
  },
};

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    // A file stands where a folder should: not to be taken for an output that is already there.
    if (systemCode(cause) !== "EEXIST") throw cause;
    throw new FieldtapeError("OUTPUT_FAILED", `cannot write into ${path}: it is no folder`, { file: path, cause });
  }
}

/** A device or a pipe has no positions to write at, and is not ours to empty or remove. */
async function refuseWhatIsNoFile(path: string): Promise<void> {
  const status = await stat(path).catch(() => undefined);
  if (status === undefined || status.isFile()) return;
  throw new FieldtapeError("OUTPUT_FAILED", `${path} is no plain file`, { file: path });
}

class SystemFile implements TapeFile {
  private readonly handle: FileHandle;

  constructor(handle: FileHandle) {
    this.handle = handle;
  }

  async write(pieces: readonly Uint8Array[], position: number): Promise<number> {
    return (await this.handle.writev(pieces, position)).bytesWritten;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    return (await this.handle.read(into, 0, into.length, position)).bytesRead;
  }

  truncate(length: number): Promise<void> {
    return this.handle.truncate(length);
  }

  datasync(): Promise<void> {
    return this.handle.datasync();
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** What the system throws, as an error of ours. */
export async function onDisk<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw outputFailure(path, thrown);
  }
}

/** A failed create, write, sync, … of a tape as an error of ours: OUTPUT_EXISTS, DISK_FULL, OUTPUT_FAILED, or USAGE for a name that is none. */
export function outputFailure(path: string, thrown: unknown): FieldtapeError {
  if (thrown instanceof FieldtapeError) return thrown;
  if (path === "") return new FieldtapeError("USAGE", "the name of the file to write is empty");
  const code = systemCode(thrown);
  const options = { file: path, cause: thrown };
  if (code === "EEXIST") return alreadyThere(path);
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") {
    const hint = "what was written before is whole; make room, and go on in a new file";
    return new FieldtapeError("DISK_FULL", `${path}: the disk is full`, { ...options, hint });
  }
  return new FieldtapeError("OUTPUT_FAILED", `cannot write ${path}: ${code ?? "the system refuses"}`, options);
}

export const alreadyThere = (path: string): FieldtapeError =>
  new FieldtapeError("OUTPUT_EXISTS", `${path} is already there`, {
    file: path,
    hint: "choose another name, or --force to overwrite it",
  });
