import { dirname } from "node:path";
import { exists } from "../tape/segments.ts";
import { alreadyThere, onDisk, type TapeDisk } from "../tape/tape-disk.ts";

export interface WrittenFileOptions {
  readonly disk: TapeDisk;
  /** Replace a file that is there. */
  readonly force: boolean;
}

/**
 * Writes bytes as they come into a file that is there whole or not at all: beside its place, synced, and put into it by one rename. Answers with
 * their number.
 *
 * @throws FieldtapeError OUTPUT_EXISTS, DISK_FULL, OUTPUT_FAILED; what the bytes throw
 */
export async function writeFileOf(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  { disk, force }: WrittenFileOptions,
): Promise<number> {
  if (!force) await refuseThere(path);
  const partial = `${path}.partial`;
  try {
    const written = await copyTo(chunks, partial, disk);
    await onDisk(path, disk.move(partial, path));
    await onDisk(path, disk.syncFolder(dirname(path)));
    return written;
  } catch (thrown) {
    await disk.remove(partial);
    throw thrown;
  }
}

/** Said before the work is done, it spares the work. @throws FieldtapeError OUTPUT_EXISTS */
export async function refuseThere(path: string): Promise<void> {
  if (await exists(path)) throw alreadyThere(path);
}

async function copyTo(chunks: AsyncIterable<Uint8Array>, path: string, disk: TapeDisk): Promise<number> {
  const file = await onDisk(path, disk.create(path, true));
  let position = 0;
  try {
    for await (const chunk of chunks) {
      for (let taken = 0; taken < chunk.length; )
        taken += await onDisk(path, file.write([chunk.subarray(taken)], position + taken));
      position += chunk.length;
    }
    await onDisk(path, file.datasync());
  } finally {
    await file.close();
  }
  return position;
}
