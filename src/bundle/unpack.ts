import { createHash } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { onDisk } from "../tape/tape-disk.ts";
import { type BundledFile, type BundleManifest, MANIFEST_FILE, SIGNATURE_FILE } from "./bundle-manifest.ts";
import { MANIFEST_BYTES_MAX, SIGNATURE_BYTES_MAX } from "./limits.ts";
import { parseManifest } from "./schema.ts";
import { refusal, type ZipEntry, ZipFile } from "./zip/zip-file.ts";

/** Whether a manifest is signed by whom its reader trusts. @throws FieldtapeError when it is not */
export type SignatureCheck = (manifest: Uint8Array, signature: Uint8Array | undefined) => void;

export interface UnpackOptions {
  readonly check: SignatureCheck | undefined;
  readonly signal: AbortSignal;
}

/** A manifest, and its bytes and signatures as they came. */
export interface SealedManifest {
  readonly manifest: BundleManifest;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array | undefined;
}

/**
 * Takes a zip apart into a folder that is there: the directory is judged first, then the signature, then the manifest, and each file is held
 * against it while it is written. The caller removes the folder if this throws.
 *
 * @throws FieldtapeError INPUT_MALFORMED for what is no sound bundle, INPUT_MISSING, INPUT_UNREADABLE; DISK_FULL, OUTPUT_FAILED; what `check` throws
 */
export async function unpack(path: string, folder: string, { check, signal }: UnpackOptions): Promise<SealedManifest> {
  await using zip = await ZipFile.open(path);
  const entries = new Map(zip.entries.map((entry) => [entry.path, entry]));
  const sealed = await sealedManifest(zip, entries, check);
  const { files } = sealed.manifest;
  refuseOthers(path, entries, files);
  for (const file of files) {
    signal.throwIfAborted();
    await extract(zip, file, join(folder, file.path));
  }
  await store(join(folder, MANIFEST_FILE), [sealed.bytes]);
  if (sealed.signature !== undefined) await store(join(folder, SIGNATURE_FILE), [sealed.signature]);
  return sealed;
}

type Entries = ReadonlyMap<string, ZipEntry>;

/** Signed bytes are looked at before anything in them is read. */
async function sealedManifest(
  zip: ZipFile,
  entries: Entries,
  check: SignatureCheck | undefined,
): Promise<SealedManifest> {
  const bytes = await small(zip, entries.get(MANIFEST_FILE), MANIFEST_BYTES_MAX);
  if (bytes === undefined) throw refusal(zip.path, `has no ${MANIFEST_FILE}: it is a zip, and no bundle`);
  const signature = await small(zip, entries.get(SIGNATURE_FILE), SIGNATURE_BYTES_MAX);
  check?.(bytes, signature);
  const parsed = parseManifest(bytes);
  if ("problem" in parsed) throw refusal(zip.path, `${MANIFEST_FILE}: ${parsed.problem}`);
  return { manifest: parsed.manifest, bytes, signature };
}

async function small(zip: ZipFile, entry: ZipEntry | undefined, bytesMax: number): Promise<Uint8Array | undefined> {
  if (entry === undefined) return undefined;
  if (entry.size > bytesMax) throw refusal(zip.path, `${entry.path} is larger than ${bytesMax} bytes`);
  const into = new Uint8Array(entry.size);
  let filled = 0;
  for await (const chunk of zip.chunks(entry)) {
    into.set(chunk, filled);
    filled += chunk.length;
  }
  return into;
}

/** Closed world: what the manifest does not name is not in the bundle, and what it names is. */
function refuseOthers(path: string, entries: Entries, files: readonly BundledFile[]): void {
  const named = new Set([MANIFEST_FILE, SIGNATURE_FILE, ...files.map((file) => file.path)]);
  for (const name of entries.keys())
    if (!named.has(name)) throw refusal(path, `holds ${JSON.stringify(name)}, which its manifest does not name`);
  for (const file of files) {
    const entry = entries.get(file.path);
    if (entry === undefined) throw refusal(path, `lacks ${JSON.stringify(file.path)}, which its manifest names`);
    if (entry.size !== file.size)
      throw refusal(path, `${JSON.stringify(file.path)} has another size than its manifest says`);
  }
}

async function extract(zip: ZipFile, file: BundledFile, to: string): Promise<void> {
  const hash = createHash("sha256");
  const hashed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of zip.chunks(file)) {
      hash.update(chunk);
      yield chunk;
    }
  };
  await store(to, hashed());
  if (hash.digest("hex") !== file.sha256)
    throw refusal(zip.path, `${JSON.stringify(file.path)} is not what its manifest says`);
}

async function store(path: string, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  await onDisk(path, mkdir(dirname(path), { recursive: true, mode: 0o700 }));
  const handle = await onDisk(path, open(path, "wx", 0o600));
  try {
    for await (const chunk of chunks) await onDisk(path, handle.appendFile(chunk));
    await onDisk(path, handle.datasync());
  } finally {
    await handle.close();
  }
}
