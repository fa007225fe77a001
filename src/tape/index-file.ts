import { Buffer } from "node:buffer";
import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256Hex } from "../bytes/sha256.ts";
import { systemCode } from "../errors.ts";

/** Tells one state of a file from another, without reading all of it. */
export interface FileKey {
  readonly size: number;
  /** Nanoseconds since 1970, decimal. */
  readonly modified: string;
  /** SHA-256 of the first and the last 64 KiB. */
  readonly head: string;
  readonly tail: string;
}

const END_BYTES = 65_536;
/** An index beyond this is not worth its reading. */
const INDEX_BYTES_MAX = 64 * 1024 * 1024;

/** Where caches about a tape lie. */
export const indexFolder = (tape: string): string => `${tape}.index`;

/** `undefined` for what is no file: it cannot be read twice, so nothing is kept about it. */
export async function fileKey(path: string): Promise<FileKey | undefined> {
  const handle = await open(path, "r");
  try {
    const status = await handle.stat({ bigint: true });
    if (!status.isFile()) return undefined;
    const size = Number(status.size);
    const part = async (position: number): Promise<string> => {
      const bytes = Buffer.alloc(Math.min(END_BYTES, size));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, position);
      return sha256Hex(bytes.subarray(0, bytesRead));
    };
    const tail = await part(Math.max(0, size - END_BYTES));
    return { size, modified: status.mtimeNs.toString(), head: await part(0), tail };
  } finally {
    await handle.close();
  }
}

/** What was stored about this state of the tape; `undefined` if there is nothing, or it is stale, damaged or of another version. */
export async function loadIndexFile(tape: string, name: string, version: number): Promise<unknown> {
  try {
    const path = join(indexFolder(tape), name);
    if ((await stat(path)).size > INDEX_BYTES_MAX) return undefined;
    const text = await readFile(path, "utf8");
    const lineEnd = text.indexOf("\n");
    const body = text.slice(lineEnd + 1);
    const seal = headLine(version, await fileKey(tape), body);
    return seal === text.slice(0, lineEnd) ? JSON.parse(body) : undefined;
  } catch {
    // A cache that cannot be read is no cache; the tape itself will say what is wrong.
    return undefined;
  }
}

/**
 * Stores something about a tape as it was when `key` was taken. Best effort: a folder that cannot be written to only makes the next time
 * slower. Returns whether it is there.
 */
export async function saveIndexFile(
  tape: string,
  { name, version, key, content }: { name: string; version: number; key: FileKey; content: unknown },
): Promise<boolean> {
  const body = JSON.stringify(content);
  if (body.length > INDEX_BYTES_MAX) return false;
  const folder = indexFolder(tape);
  const written = join(folder, `${name}.${sha256Hex(Buffer.from(body)).slice(0, 16)}.new`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(written, `${headLine(version, key, body)}\n${body}`, { mode: 0o600 });
    await rename(written, join(folder, name));
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === undefined) throw thrown;
    await rm(written, { force: true }).catch(() => undefined);
    return false;
  }
}

/** First line of a stored file: it fits this version, this state of the tape and this body, or it is stale. */
function headLine(version: number, key: FileKey | undefined, body: string): string {
  return JSON.stringify({ version, key, sha256: sha256Hex(Buffer.from(body)) });
}
