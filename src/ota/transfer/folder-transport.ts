import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../../errors.ts";
import type { ResponseHead } from "./response-head.ts";
import { type Transport, type TransportRequest, type TransportResponse, TransportTrouble } from "./transport.ts";

const PIECE = 64 * 1024;

/** A repository in a folder: on a stick, a share, or this machine. Answers as a server would. */
export class FolderTransport implements Transport {
  readonly location: string;
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    this.location = `file:${folder}`;
  }

  async get({ path, from, ifRange }: TransportRequest, signal: AbortSignal): Promise<TransportResponse> {
    signal.throwIfAborted();
    const file = await this.open(path);
    if (file === undefined) return { head: { status: 404, headers: {} }, body: nothing() };
    const { size, mtimeMs } = await file.stat();
    const etag = `"${size}-${mtimeMs}"`;
    const first = ifRange === undefined || ifRange === etag ? (from ?? 0) : 0;
    if (first > 0 && first >= size) {
      await file.close();
      return { head: { status: 416, headers: { "content-range": `bytes */${size}` } }, body: nothing() };
    }
    return { head: headOf({ first, size, etag }), body: bodyOf(file, first, signal) };
  }

  [Symbol.dispose](): void {}

  /** `undefined`: there is no such file. The folder itself must be there. */
  private async open(path: string): Promise<FileHandle | undefined> {
    const place = join(this.folder, path);
    try {
      if (!(await stat(place)).isFile()) return undefined;
      return await open(place, constants.O_RDONLY);
    } catch (thrown) {
      const code = systemCode(thrown) ?? "unknown";
      const missing = code === "ENOENT" || code === "ENOTDIR";
      if (missing && (await isFolder(this.folder))) return undefined;
      throw new TransportTrouble("unreachable", `cannot read ${place} (${code})`, thrown);
    }
  }
}

function headOf({ first, size, etag }: { first: number; size: number; etag: string }): ResponseHead {
  const headers = { etag, "content-length": String(size - first) };
  if (first === 0) return { status: 200, headers };
  return { status: 206, headers: { ...headers, "content-range": `bytes ${first}-${size - 1}/${size}` } };
}

async function* bodyOf(file: FileHandle, first: number, signal: AbortSignal): AsyncGenerator<Uint8Array, undefined> {
  try {
    for (let at = first; ; ) {
      signal.throwIfAborted();
      const buffer = new Uint8Array(PIECE);
      const { bytesRead } = await file.read(buffer, 0, PIECE, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (thrown) {
    signal.throwIfAborted();
    throw new TransportTrouble("interrupted", `reading failed (${systemCode(thrown) ?? String(thrown)})`, thrown);
  } finally {
    await file.close();
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, undefined> {}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
