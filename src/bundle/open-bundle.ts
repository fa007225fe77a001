import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, readFile, rename, rmdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FieldtapeError, systemCode } from "../errors.ts";
import { exists } from "../tape/segments.ts";
import { fileSystem, onDisk } from "../tape/tape-disk.ts";
import { decrypted, isEncrypted, MAGIC_BYTES } from "./age.ts";
import { itemOfFile } from "./bundle-item.ts";
import { MANIFEST_FILE, SIGNATURE_FILE } from "./bundle-manifest.ts";
import { MANIFEST_BYTES_MAX, SIGNATURE_BYTES_MAX } from "./limits.ts";
import { parseManifest } from "./schema.ts";
import { stagingBeside, stagingIn } from "./staging.ts";
import { type SealedManifest, type SignatureCheck, type UnpackOptions, unpack } from "./unpack.ts";
import { writeFileOf } from "./written-file.ts";

export interface OpenBundleOptions {
  /** Absent: whoever signed it, if anybody, is not asked for. */
  readonly check: SignatureCheck | undefined;
  /** For a bundle that is encrypted. */
  readonly identities: readonly string[];
  readonly signal: AbortSignal;
}

/** A bundle whose files lie in a folder, every one as its manifest says. */
export interface OpenBundle extends SealedManifest, AsyncDisposable {
  readonly folder: string;
  readonly isEncrypted: boolean;
}

/**
 * Opens a bundle, or the folder into which one was imported. A bundle is unpacked into a folder of its own, which is gone afterwards.
 *
 * @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE, INPUT_MALFORMED; USAGE where it is encrypted and no identity fits; what `check` throws
 */
export async function openBundle(path: string, options: OpenBundleOptions): Promise<OpenBundle> {
  if (await isFolder(path)) return openFolder(path, options);
  const staging = await stagingIn(tmpdir());
  try {
    const folder = join(staging.folder, "bundle");
    const unpacked = await unpackAny(path, folder, staging.folder, options);
    return { ...unpacked, folder, [Symbol.asyncDispose]: () => staging[Symbol.asyncDispose]() };
  } catch (thrown) {
    await staging[Symbol.asyncDispose]();
    throw thrown;
  }
}

/**
 * Unpacks a bundle into a new folder, which is there whole or not at all.
 *
 * @throws FieldtapeError OUTPUT_EXISTS for a folder that has something in it; DISK_FULL, OUTPUT_FAILED; those of `openBundle`
 */
export async function importBundle(path: string, into: string, options: OpenBundleOptions): Promise<SealedManifest> {
  await refuseFull(into);
  await using staging = await stagingBeside(into);
  const folder = join(staging.folder, "bundle");
  const sealed = await unpackAny(path, folder, staging.folder, options);
  // An empty folder makes room; it was looked at before.
  await rmdir(into).catch(() => undefined);
  await onDisk(into, rename(folder, into));
  return sealed;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

async function refuseFull(into: string): Promise<void> {
  const names = await readdir(into).catch((thrown: unknown) => {
    if (systemCode(thrown) === "ENOENT") return [];
    throw new FieldtapeError("OUTPUT_EXISTS", "is there already, and no empty folder", { file: into, cause: thrown });
  });
  if (names.length === 0) return;
  throw new FieldtapeError("OUTPUT_EXISTS", "is there already, and not empty", {
    file: into,
    hint: "a bundle is imported into a folder of its own: name a new one",
  });
}

async function unpackAny(
  path: string,
  folder: string,
  work: string,
  { identities, check, signal }: OpenBundleOptions,
): Promise<SealedManifest & { readonly isEncrypted: boolean }> {
  const options: UnpackOptions = { check, signal };
  if (!(await beginsEncrypted(path))) return { ...(await unpack(path, folder, options)), isEncrypted: false };
  if (identities.length === 0) {
    throw new FieldtapeError("USAGE", "is encrypted", {
      file: path,
      hint: "name the file with its identity: --identity FILE",
    });
  }
  const plain = join(work, "decrypted.zip");
  const { bytes } = await itemOfFile(path, "tape", path);
  await writeFileOf(decrypted(bytes(), identities), plain, { disk: fileSystem, force: true }).catch(
    (thrown: unknown) => {
      throw placed(thrown, path);
    },
  );
  return {
    ...(await unpack(plain, folder, options).catch((thrown: unknown) => Promise.reject(placed(thrown, path)))),
    isEncrypted: true,
  };
}

/** Whoever is told of it knows the bundle by its own name. */
function placed(thrown: unknown, file: string): unknown {
  if (!(thrown instanceof FieldtapeError) || thrown.code === "DISK_FULL") return thrown;
  const { code, message, hint, cause } = thrown;
  return new FieldtapeError(code, message, { file, cause, ...(hint === undefined ? {} : { hint }) });
}

async function beginsEncrypted(path: string): Promise<boolean> {
  try {
    await using handle = await open(path, "r");
    const { buffer, bytesRead } = await handle.read(new Uint8Array(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
    return isEncrypted(buffer.subarray(0, bytesRead));
  } catch (cause) {
    const isMissing = systemCode(cause) === "ENOENT";
    const what = isMissing ? "there is no such bundle" : "cannot be read";
    throw new FieldtapeError(isMissing ? "INPUT_MISSING" : "INPUT_UNREADABLE", what, { file: path, cause });
  }
}

/** What was added to the folder afterwards does not matter; what came with the bundle must be as it was. */
async function openFolder(folder: string, { check, signal }: OpenBundleOptions): Promise<OpenBundle> {
  const file = join(folder, MANIFEST_FILE);
  if (!(await exists(file)))
    throw new FieldtapeError("INPUT_MISSING", "is no folder that a bundle was imported into", { file: folder });
  const bytes = await smallFile(file, MANIFEST_BYTES_MAX);
  const sealed = join(folder, SIGNATURE_FILE);
  const signature = (await exists(sealed)) ? await smallFile(sealed, SIGNATURE_BYTES_MAX) : undefined;
  check?.(bytes, signature);
  const parsed = parseManifest(bytes);
  if ("problem" in parsed) throw new FieldtapeError("INPUT_MALFORMED", parsed.problem, { file });
  const { manifest } = parsed;
  for (const { path, sha256 } of manifest.files) {
    signal.throwIfAborted();
    if ((await digestOf(join(folder, path))) !== sha256) throw changed(join(folder, path));
  }
  return { folder, manifest, bytes, signature, isEncrypted: false, [Symbol.asyncDispose]: async () => {} };
}

async function smallFile(path: string, bytesMax: number): Promise<Uint8Array> {
  const { size } = await itemOfFile(path, "tape", path);
  if (size > bytesMax) throw new FieldtapeError("LIMIT_EXCEEDED", `is larger than ${bytesMax} bytes`, { file: path });
  return readFile(path);
}

async function digestOf(path: string): Promise<string | undefined> {
  try {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(path)) hash.update(chunk);
    return hash.digest("hex");
  } catch {
    return undefined;
  }
}

function changed(file: string): FieldtapeError {
  return new FieldtapeError("INPUT_MALFORMED", "is not what the bundle's manifest says any more", {
    file,
    hint: "import the bundle again",
  });
}
