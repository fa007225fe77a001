import { createHash } from "node:crypto";
import { constants } from "node:fs";
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readlink,
  rename,
  rm,
  statfs,
  symlink,
  truncate,
  unlink,
} from "node:fs/promises";
import { join } from "node:path";
import { systemCode, unreachable } from "../../errors.ts";
import {
  DONE,
  type DurableFs,
  type FileAnswer,
  type FileContent,
  type FileOperation,
  type FolderEntry,
} from "./durable-fs.ts";

/** What is read or written at once: bounds the memory that a file of any size takes. */
const PIECE = 1024 * 1024;
const WHOLE = { offset: 0, size: Number.MAX_SAFE_INTEGER };
const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/** The disk that there is, below `root`. */
export class RealFs implements DurableFs {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  async perform(operation: FileOperation, signal: AbortSignal): Promise<FileAnswer> {
    signal.throwIfAborted();
    try {
      return await this.attempt(operation, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      const code = systemCode(thrown);
      if (code === undefined) throw thrown;
      return { failed: code };
    }
  }

  private async attempt(operation: FileOperation, signal: AbortSignal): Promise<FileAnswer> {
    const path = join(this.root, operation.path);
    switch (operation.do) {
      case "list":
        return { ok: "entries", entries: await entriesOf(path) };
      case "read":
        return await readText(path, operation.sizeMax);
      case "digest":
        return { ok: "digest", digest: await digestOf(path, operation.span ?? WHOLE, signal) };
      case "space": {
        const { bavail, bsize } = await statfs(path);
        return { ok: "free", free: bavail * bsize };
      }
      case "copy":
        return await copy(join(this.root, operation.from), path, operation.file, signal);
      case "rename":
        await rename(join(this.root, operation.from), path);
        return DONE;
      default:
        await write(path, operation);
        return DONE;
    }
  }
}

type PlainWriting = Exclude<FileOperation, { readonly do: "list" | "read" | "digest" | "space" | "copy" | "rename" }>;

async function write(path: string, operation: PlainWriting): Promise<void> {
  switch (operation.do) {
    case "make-folder":
      return void (await mkdir(path));
    case "create":
      return await onFile(path, NEW, async (file) => {
        await writeAt(file, new TextEncoder().encode(operation.text), 0);
        // The process's mask must not decide what is installed.
        await file.chmod(operation.mode);
      });
    case "append":
      // Without O_CREAT: appending to a journal that has gone must not begin a new one.
      return await onFile(path, constants.O_WRONLY | constants.O_APPEND, (file) =>
        writeAt(file, new TextEncoder().encode(operation.text), undefined),
      );
    case "write":
      return await onFile(path, constants.O_WRONLY | constants.O_CREAT, (file) =>
        writeAt(file, operation.bytes, operation.offset),
      );
    case "truncate":
      return await truncate(path, operation.size);
    case "sync-folder":
      return await syncFolder(path);
    case "sync":
      return await onFile(path, constants.O_RDONLY, (file) => file.sync());
    case "link":
      return await symlink(operation.target, path);
    case "remove":
      return await unlink(path);
    case "remove-tree":
      return await rm(path, { recursive: true, force: true });
    default:
      return unreachable(operation);
  }
}

/** Where folders cannot be opened (Windows), names are as durable as the system makes them. */
async function syncFolder(path: string): Promise<void> {
  try {
    await onFile(path, constants.O_RDONLY, (file) => file.sync());
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code !== "EISDIR" && code !== "EPERM") throw thrown;
  }
}

async function onFile<T>(path: string, flags: number, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags, 0o600);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** At `offset`, or at the end of a file that is open for appending. */
async function writeAt(file: FileHandle, bytes: Uint8Array, offset: number | undefined): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(
      bytes,
      done,
      bytes.length - done,
      offset === undefined ? null : offset + done,
    );
    done += bytesWritten;
  }
}

async function entriesOf(path: string): Promise<FolderEntry[]> {
  const found = await readdir(path, { withFileTypes: true }).catch(absent);
  const entries = (found ?? []).map(async (entry): Promise<FolderEntry> => {
    const { name } = entry;
    if (entry.isSymbolicLink()) return { name, kind: "link", target: await readlink(join(path, name)) };
    return { name, kind: entry.isFile() ? "file" : entry.isDirectory() ? "folder" : "other" };
  });
  return (await Promise.all(entries)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function readText(path: string, sizeMax: number): Promise<FileAnswer> {
  const file = await open(path, constants.O_RDONLY).catch(absent);
  if (file === undefined) return { ok: "text", text: undefined };
  try {
    if ((await file.stat()).size > sizeMax) return { failed: "EFBIG" };
    return { ok: "text", text: await file.readFile("utf8") };
  } finally {
    await file.close();
  }
}

async function digestOf(
  path: string,
  span: { readonly offset: number; readonly size: number },
  signal: AbortSignal,
): Promise<{ sha256: string; size: number } | undefined> {
  const file = await open(path, constants.O_RDONLY).catch(absent);
  if (file === undefined) return undefined;
  try {
    const hash = createHash("sha256");
    let size = 0;
    for await (const piece of pieces(file, signal, span)) {
      hash.update(piece);
      size += piece.length;
    }
    return { sha256: hash.digest("hex"), size };
  } finally {
    await file.close();
  }
}

/** The digest is of the bytes that were written, not of those that another read might give. */
async function copy(from: string, path: string, wanted: FileContent, signal: AbortSignal): Promise<FileAnswer> {
  return await onFile(from, constants.O_RDONLY, (source) =>
    onFile(path, NEW, async (file) => {
      const hash = createHash("sha256");
      let size = 0;
      for await (const piece of pieces(source, signal)) {
        if (size + piece.length > wanted.size) return { failed: "EBADMSG" };
        hash.update(piece);
        await writeAt(file, piece, size);
        size += piece.length;
      }
      if (size !== wanted.size || hash.digest("hex") !== wanted.sha256) return { failed: "EBADMSG" };
      await file.chmod(wanted.mode);
      return DONE;
    }),
  );
}

/** What of the file lies in the span; each piece is good until the next. */
async function* pieces(file: FileHandle, signal: AbortSignal, { offset, size } = WHOLE): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(PIECE);
  for (let done = 0; done < size; ) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, Math.min(PIECE, size - done), offset + done);
    if (bytesRead === 0) return;
    done += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function absent(thrown: unknown): undefined {
  if (systemCode(thrown) !== "ENOENT") throw thrown;
}
