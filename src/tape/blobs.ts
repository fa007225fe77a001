import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { FieldtapeError } from "../errors.ts";
import { BLOB_MAX } from "./limits.ts";
import { blobsFolder } from "./segments.ts";
import { onDisk, type TapeDisk, type TapeFile } from "./tape-disk.ts";

/** Bytes beside a tape, known by their digest. */
export interface StoredBlob {
  readonly size: number;
  readonly sha256: string;
}

export type BlobSource = Uint8Array | AsyncIterable<Uint8Array>;

/** Where the blob of a tape (plain or compressed) lies. */
export function blobPath(tape: string, sha256: string): string {
  return join(blobsFolder(tape), sha256);
}

/**
 * Writes the bytes to the file `path` and syncs them, so that the record that will name them never lies.
 * @throws FieldtapeError LIMIT_EXCEEDED beyond 4 GiB, DISK_FULL, OUTPUT_FAILED; or what the source throws. The file is then removed.
 */
export async function writeBlob(disk: TapeDisk, path: string, source: BlobSource): Promise<StoredBlob> {
  const file = await onDisk(path, disk.create(path, true));
  try {
    const stored = await copyInto(file, path, source instanceof Uint8Array ? [source] : source);
    await onDisk(path, file.datasync());
    await onDisk(path, file.close());
    return stored;
  } catch (thrown) {
    await file.close().catch(() => undefined);
    await disk.remove(path);
    throw thrown;
  }
}

/** Moves a blob that was written elsewhere to where the tape's records look for it. */
export async function placeBlob(disk: TapeDisk, from: string, to: string): Promise<void> {
  try {
    await onDisk(to, disk.move(from, to));
    await onDisk(to, disk.syncFolder(dirname(to)));
  } catch (thrown) {
    await disk.remove(from);
    throw thrown;
  }
}

async function copyInto(
  file: TapeFile,
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<StoredBlob> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const piece of pieces) {
    if (size + piece.length > BLOB_MAX) {
      throw new FieldtapeError("LIMIT_EXCEEDED", `a blob is larger than the ${BLOB_MAX} bytes that it may have`);
    }
    hash.update(piece);
    for (let written = 0; written < piece.length; ) {
      written += await onDisk(path, file.write([piece.subarray(written)], size + written));
    }
    size += piece.length;
  }
  return { size, sha256: hash.digest("hex") };
}
