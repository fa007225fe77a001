import { Buffer } from "node:buffer";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { openTape, type TapeReader } from "../tape/reader.ts";

/** Up to this size a file is read at once. */
const SMALL_MAX = 1024 * 1024;

/**
 * Opens a case's tape or golden. Most are small, and a run has thousands: each asynchronous call costs such a case more than
 * everything else that is done with it, and its thread runs one case at a time anyway.
 *
 * @throws FieldtapeError as `openTape`
 */
export async function openCaseTape(path: string): Promise<TapeReader> {
  const contents = readSmall(path);
  return openTape(path, contents === undefined ? {} : { contents });
}

/** `undefined`: it is large, or cannot be read; whoever opens it finds out why. */
export function readSmall(path: string): Buffer | undefined {
  let file: number | undefined;
  try {
    // Opening a pipe would wait for ever for somebody who writes.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = fstatSync(file);
    return status.isFile() && status.size <= SMALL_MAX ? readWhole(file, status.size) : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** `undefined` when somebody shortens it meanwhile. */
function readWhole(file: number, size: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(size);
  for (let read = 0, length = 0; read < size; read += length) {
    length = readSync(file, bytes, read, size - read, null);
    if (length === 0) return undefined;
  }
  return bytes;
}
