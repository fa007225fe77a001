import { type FileHandle, open } from "node:fs/promises";
import { FieldtapeError, systemCode } from "../errors.ts";

/** Bytes a read asks for: long enough that waiting for it costs little beside scanning it. */
const READ_BYTES = 256 * 1024;

/** A file's bytes, in order, from any byte on, as often as wanted; a pipe's once. */
export class FileSource implements AsyncDisposable {
  readonly path: string;
  private readonly handle: FileHandle;
  /** A pipe or a terminal has no positions. */
  readonly seekable: boolean;

  private constructor(path: string, handle: FileHandle, seekable: boolean) {
    this.path = path;
    this.handle = handle;
    this.seekable = seekable;
  }

  /** @throws FieldtapeError INPUT_MISSING or INPUT_UNREADABLE */
  static async open(path: string): Promise<FileSource> {
    try {
      const handle = await open(path, "r");
      const status = await handle.stat();
      if (status.isDirectory()) {
        await handle.close();
        throw new FieldtapeError("INPUT_UNREADABLE", `${path} is a folder`, { file: path });
      }
      return new FileSource(path, handle, status.isFile());
    } catch (thrown) {
      throw openFailure(path, thrown);
    }
  }

  /** Size in bytes; `undefined` for what has none. */
  async size(): Promise<number | undefined> {
    return this.seekable ? (await this.handle.stat()).size : undefined;
  }

  /**
   * Chunks from byte `start` on. A chunk is valid until the next one is asked for: two buffers take turns, so that the system fills
   * one while the other is read.
   */
  async *chunks(start: number): AsyncGenerator<Uint8Array, void, undefined> {
    let ready = new Uint8Array(new ArrayBuffer(READ_BYTES));
    let filling = new Uint8Array(new ArrayBuffer(READ_BYTES));
    let position = start;
    let coming = this.ahead(ready, position);
    try {
      for (;;) {
        const length = await coming;
        if (length === 0) return;
        position += length;
        coming = this.ahead(filling, position);
        yield ready.subarray(0, length);
        [ready, filling] = [filling, ready];
      }
    } finally {
      // Left early: the read under way must not outlive the file.
      await coming.catch(() => 0);
    }
  }

  /** A read whose failure is heard when its bytes are asked for, not before. */
  private ahead(into: Uint8Array, position: number): Promise<number> {
    const coming = this.read(into, position);
    coming.catch(() => 0);
    return coming;
  }

  private async read(into: Uint8Array, position: number): Promise<number> {
    try {
      const { bytesRead } = await this.handle.read(into, 0, into.length, this.seekable ? position : null);
      return bytesRead;
    } catch (cause) {
      throw new FieldtapeError("INPUT_UNREADABLE", `cannot read ${this.path}`, { file: this.path, cause });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close();
  }
}

function openFailure(path: string, thrown: unknown): unknown {
  if (thrown instanceof FieldtapeError) return thrown;
  const code = systemCode(thrown);
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new FieldtapeError("INPUT_MISSING", `${path} is not there`, { file: path, cause: thrown });
  }
  const why = code === "EACCES" || code === "EPERM" ? "no permission to read it" : (code ?? "the system refuses");
  return new FieldtapeError("INPUT_UNREADABLE", `cannot open ${path}: ${why}`, { file: path, cause: thrown });
}
