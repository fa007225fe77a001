import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { FieldtapeError, systemCode } from "../errors.ts";
import { blobPath } from "./blobs.ts";
import type { BlobRecord } from "./record.ts";

/**
 * The bytes of a tape's blob, held against its record: what lies there under its name may be anything.
 *
 * @throws FieldtapeError INCOMPLETE when it is not there, TAPE_MALFORMED when it is another one, INPUT_UNREADABLE
 */
export async function readBlob(tape: string, { sha256, size }: BlobRecord): Promise<Uint8Array> {
  const file = blobPath(tape, sha256);
  const bytes = await read(file, size);
  if (bytes !== undefined && createHash("sha256").update(bytes).digest("hex") === sha256) return bytes;
  throw new FieldtapeError("TAPE_MALFORMED", "is not the blob that the tape names", {
    file,
    hint: "fieldtape tape check says what else is wrong with the tape",
  });
}

/** `undefined`: it is no file, or has another size. */
async function read(file: string, size: number): Promise<Uint8Array | undefined> {
  try {
    const status = await stat(file);
    return status.isFile() && status.size === size ? await readFile(file) : undefined;
  } catch (cause) {
    const isMissing = systemCode(cause) === "ENOENT";
    throw new FieldtapeError(isMissing ? "INCOMPLETE" : "INPUT_UNREADABLE", "cannot read a blob of the tape", {
      file,
      ...(isMissing ? { hint: "the folder with the blobs belongs beside the tape" } : { cause }),
    });
  }
}
