import { createHash } from "node:crypto";
import { join } from "node:path";
import { sha256Hex } from "../../bytes/sha256.ts";
import { AtomicFile, isThere, writeWhole } from "./atomic-file.ts";
import { fileChunks, readIfThere } from "./input-file.ts";
import { SIGNATURE_BYTES_MAX } from "./limits.ts";
import type { PayloadSink } from "./package-reader.ts";
import { objectPath, signaturePath } from "./repository-path.ts";
import type { SignedFile } from "./signature-file.ts";

/** What the world may read and nobody but the publisher may write. */
const MODE = 0o644;

/**
 * Publishes a signed file under its name, the signatures before it: who sees the one finds the other.
 *
 * @throws FieldtapeError OUTPUT_FAILED, DISK_FULL
 */
export async function publishSigned(repository: string, path: string, { bytes, signature }: SignedFile): Promise<void> {
  await replace(join(repository, signaturePath(sha256Hex(bytes))), signature);
  await replace(join(repository, path), bytes);
}

/**
 * A signed file of the repository; `undefined` if it, or its signature file, is not there.
 *
 * @throws FieldtapeError INPUT_UNREADABLE, LIMIT_EXCEEDED
 */
export async function readSigned(repository: string, path: string, bytesMax: number): Promise<SignedFile | undefined> {
  const bytes = await readIfThere(join(repository, path), bytesMax);
  if (bytes === undefined) return undefined;
  const signature = await readIfThere(join(repository, signaturePath(sha256Hex(bytes))), SIGNATURE_BYTES_MAX);
  return signature === undefined ? undefined : { bytes, signature };
}

/** Takes the payload of a package into the repository. What is there already stays untouched, with its date and ETag. */
export function objectSink(repository: string): PayloadSink {
  return {
    async open({ sha256 }) {
      const path = join(repository, objectPath(sha256));
      if (await isObject(path, sha256)) {
        return { write: async () => {}, close: async () => {}, discard: async () => {} };
      }
      const file = await AtomicFile.create(path, MODE);
      return {
        write: (chunk) => file.write(chunk),
        close: () => file.commit(),
        discard: () => file[Symbol.asyncDispose](),
      };
    },
  };
}

/** A name is no proof: an object that the disk has damaged is written anew. */
async function isObject(path: string, sha256: string): Promise<boolean> {
  if (!(await isThere(path))) return false;
  const digest = createHash("sha256");
  for await (const chunk of fileChunks(path)) digest.update(chunk);
  return digest.digest("hex") === sha256;
}

async function replace(path: string, bytes: Uint8Array): Promise<void> {
  const there = await readIfThere(path, bytes.length).catch(() => undefined);
  if (there !== undefined && sha256Hex(there) === sha256Hex(bytes)) return;
  await writeWhole(path, bytes, { mode: MODE, force: true });
}
