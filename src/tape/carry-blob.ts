import { join } from "node:path";
import { FieldtapeError } from "../errors.ts";
import { blobPath, placeBlob, writeBlob } from "./blobs.ts";
import { FileSource } from "./file-source.ts";
import type { BlobRecord } from "./record.ts";
import { blobsFolder, exists } from "./segments.ts";
import { fileSystem } from "./tape-disk.ts";

/** What became of a blob that a tape names: it is not there, or it is another one than the record says. */
export type BlobFate = "carried" | "missing" | "damaged";

/**
 * Copies a blob from beside one of the tapes to beside `to`, if its bytes are those that the record names. To be called before the record
 * is written.
 */
export async function carryBlob(record: BlobRecord, from: readonly string[], to: string): Promise<BlobFate> {
  const place = blobPath(to, record.sha256);
  if (await exists(place)) return "carried";
  let fate: BlobFate = "missing";
  for (const tape of from) {
    const source = blobPath(tape, record.sha256);
    if (!(await exists(source))) continue;
    if (await copied(source, to, record)) return "carried";
    fate = "damaged";
  }
  return fate;
}

/** The same, where a blob that cannot be carried is an error. @throws FieldtapeError INPUT_MISSING or INPUT_MALFORMED */
export async function carryWholeBlob(record: BlobRecord, from: readonly string[], to: string): Promise<void> {
  const fate = await carryBlob(record, from, to);
  if (fate === "carried") return;
  const file = blobPath(from[0] ?? to, record.sha256);
  const hint = "fieldtape tape recover writes the tape without it, with a mark in its place";
  if (fate === "missing") throw new FieldtapeError("INPUT_MISSING", `the blob ${file} is not there`, { file, hint });
  throw new FieldtapeError("INPUT_MALFORMED", `the blob ${file} is not what the tape says`, { file, hint });
}

async function copied(path: string, to: string, record: BlobRecord): Promise<boolean> {
  const passing = join(blobsFolder(to), `${record.sha256}.new`);
  await using source = await FileSource.open(path);
  const stored = await writeBlob(fileSystem, passing, source.chunks(0));
  if (stored.sha256 !== record.sha256 || stored.size !== record.size) {
    await fileSystem.remove(passing);
    return false;
  }
  await placeBlob(fileSystem, passing, blobPath(to, record.sha256));
  return true;
}
