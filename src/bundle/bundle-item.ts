import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { FieldtapeError, systemCode } from "../errors.ts";
import type { FileKind } from "./bundle-manifest.ts";

/** A file that is to go into a bundle. */
export interface BundleItem {
  readonly path: string;
  readonly kind: FileKind;
  readonly size: number;
  readonly bytes: () => AsyncIterable<Uint8Array>;
}

export function itemOfBytes(path: string, kind: FileKind, content: Uint8Array): BundleItem {
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield content;
  };
  return { path, kind, size: content.length, bytes };
}

/**
 * The file as it is now: what a recording appends afterwards is left out.
 *
 * @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE
 */
export async function itemOfFile(path: string, kind: FileKind, file: string): Promise<BundleItem> {
  const status = await stat(file).catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  if (!status.isFile()) throw new FieldtapeError("INPUT_UNREADABLE", "is no plain file", { file });
  const { size } = status;
  return { path, kind, size, bytes: () => firstBytes(file, size) };
}

async function* firstBytes(file: string, size: number): AsyncGenerator<Uint8Array> {
  if (size === 0) return;
  let left = size;
  try {
    for await (const chunk of createReadStream(file, { end: size - 1, highWaterMark: 1 << 18 })) {
      const bytes: Uint8Array = chunk;
      left -= bytes.length;
      yield bytes;
    }
  } catch (cause) {
    throw unreadable(file, cause);
  }
  if (left !== 0) throw new FieldtapeError("INPUT_UNREADABLE", "became shorter while it was read", { file });
}

function unreadable(file: string, cause: unknown): unknown {
  if (cause instanceof FieldtapeError || systemCode(cause) === undefined) return cause;
  if (systemCode(cause) === "ENOENT")
    return new FieldtapeError("INPUT_MISSING", "there is no such file", { file, cause });
  return new FieldtapeError("INPUT_UNREADABLE", "it cannot be read", { file, cause });
}
