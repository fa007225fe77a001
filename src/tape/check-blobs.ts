import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { FieldtapeError, systemCode } from "../errors.ts";
import { blobPath } from "./blobs.ts";
import type { BlobRecord } from "./record.ts";

/** A blob that is not what the record on `line` says. */
export interface BlobDamage {
  readonly line: number;
  readonly sha256: string;
  readonly why: "missing" | "size" | "digest";
}

/** A blob record and where it stands. */
export interface NamedBlob {
  readonly line: number;
  readonly record: BlobRecord;
}

/** Looks at each blob that the tape names, once for each digest and size. @throws FieldtapeError INPUT_UNREADABLE */
export async function checkBlobs(tape: string, blobs: Iterable<NamedBlob>): Promise<readonly BlobDamage[]> {
  const seen = new Map<string, BlobDamage["why"] | undefined>();
  const damaged: BlobDamage[] = [];
  for (const { line, record } of blobs) {
    const key = `${record.sha256} ${record.size}`;
    if (!seen.has(key)) seen.set(key, await damageOf(blobPath(tape, record.sha256), record));
    const why = seen.get(key);
    if (why !== undefined) damaged.push({ line, sha256: record.sha256, why });
  }
  return damaged;
}

async function damageOf(path: string, { size, sha256 }: BlobRecord): Promise<BlobDamage["why"] | undefined> {
  try {
    if ((await stat(path)).size !== size) return "size";
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(path)) hash.update(chunk);
    return hash.digest("hex") === sha256 ? undefined : "digest";
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return "missing";
    throw new FieldtapeError("INPUT_UNREADABLE", `cannot read the blob ${path}`, { file: path, cause });
  }
}
