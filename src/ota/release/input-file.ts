import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { FieldtapeError, systemCode } from "../../errors.ts";

/**
 * The bytes of a file that must be small. No more than `bytesMax` and one are ever read.
 *
 * @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE, LIMIT_EXCEEDED
 */
export async function readSmall(path: string, bytesMax: number): Promise<Uint8Array> {
  const bytes = await readIfThere(path, bytesMax);
  if (bytes === undefined) throw new FieldtapeError("INPUT_MISSING", "there is no such file", { file: path });
  return bytes;
}

/** The same; `undefined` if there is no such file. */
export async function readIfThere(path: string, bytesMax: number): Promise<Uint8Array | undefined> {
  const into = new Uint8Array(bytesMax + 1);
  let filled = 0;
  try {
    await using handle = await open(path, "r");
    for (;;) {
      const { bytesRead } = await handle.read(into, filled, into.length - filled);
      filled += bytesRead;
      if (bytesRead === 0 || filled > bytesMax) break;
    }
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return undefined;
    throw inputFailure(path, cause);
  }
  if (filled > bytesMax) throw new FieldtapeError("LIMIT_EXCEEDED", `is larger than ${bytesMax} bytes`, { file: path });
  return into.slice(0, filled);
}

/**
 * The bytes of a file from `start` on, in chunks.
 *
 * @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE
 */
export async function* fileChunks(path: string, start = 0): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { start, highWaterMark: 1 << 18 });
  } catch (cause) {
    throw inputFailure(path, cause);
  }
}

function inputFailure(path: string, cause: unknown): FieldtapeError {
  if (systemCode(cause) === "ENOENT")
    return new FieldtapeError("INPUT_MISSING", "there is no such file", { file: path, cause });
  return new FieldtapeError("INPUT_UNREADABLE", "it cannot be read", { file: path, cause });
}
