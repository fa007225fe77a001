import type { Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { FieldtapeError, systemCode } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";

/** Bytes a read asks for: long enough that waiting for it costs little beside scanning it. */
const READ_BYTES = 256 * 1024;
const BUFFERS = 4;

/** A file's bytes, in order, from any byte on, as often as wanted; a pipe's once. */
export class FileSource implements ByteSource {
  readonly path: string;
  private readonly handle: FileHandle;
  /** A pipe or a terminal has no positions. */
  readonly seekable: boolean;

  private readonly sizeAtOpen: number;

  private constructor(path: string, handle: FileHandle, status: Stats) {
    this.path = path;
    this.handle = handle;
    this.seekable = status.isFile();
    this.sizeAtOpen = status.size;
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
      return new FileSource(path, handle, status);
    } catch (thrown) {
      throw openFailure(path, thrown);
    }
  }

  /** Size in bytes; `undefined` for what has none. */
  async size(): Promise<number | undefined> {
    return this.seekable ? (await this.handle.stat()).size : undefined;
  }

  /**
   * Chunks from byte `start` on. A chunk is valid until the next one is asked for: some buffers take turns, so that the system fills
   * the others while one is read.
   */
  async *chunks(start: number): AsyncGenerator<Uint8Array, void, undefined> {
    const pending: Promise<Uint8Array>[] = [];
    let asked = start;
    const ask = (buffer: Uint8Array): void => {
      pending.push(this.ahead(buffer, asked));
      asked += buffer.length;
    };
    const buffers = this.buffersFor(start);
    let read = start;
    try {
      buffers.forEach(ask);
      for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
        const chunk = await next;
        if (chunk.length === 0) return;
        read += chunk.length;
        yield chunk;
        if (chunk.length < chunk.buffer.byteLength) {
          // The file's end, or a short read: what was asked for behind it would leave a hole.
          await Promise.allSettled(pending.splice(0));
          asked = read;
        }
        ask(new Uint8Array(chunk.buffer));
      }
    } finally {
      // Left early: reads under way must not outlive the file.
      await Promise.allSettled(pending);
    }
  }

  /** As many as can be read at once, and no more room than a small file needs. A pipe's reads must not overtake each other. */
  private buffersFor(start: number): readonly Uint8Array[] {
    const { seekable, sizeAtOpen } = this;
    // What says that it is empty may be one of the system's own files, which do not know.
    const room = !seekable || sizeAtOpen === 0 ? READ_BYTES : Math.max(0, sizeAtOpen - start) + 1;
    const length = seekable ? Math.min(BUFFERS, Math.ceil(room / READ_BYTES)) : 1;
    return Array.from({ length }, () => new Uint8Array(Math.min(READ_BYTES, room)));
  }

  /** A read whose failure is heard when its bytes are asked for, not before. */
  private ahead(into: Uint8Array, position: number): Promise<Uint8Array> {
    const coming = this.read(into, position);
    coming.catch(() => undefined);
    return coming;
  }

  private async read(into: Uint8Array, position: number): Promise<Uint8Array> {
    try {
      const { bytesRead } = await this.handle.read(into, 0, into.length, this.seekable ? position : null);
      return into.subarray(0, bytesRead);
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
