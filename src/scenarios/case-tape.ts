import type { Buffer } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
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
  try {
    const status = statSync(path);
    return status.isFile() && status.size <= SMALL_MAX ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}
