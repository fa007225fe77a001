import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { foldedPath, pathProblem } from "../../bytes/portable-path.ts";
import { ByteSource } from "./byte-source.ts";
import { MANIFEST_BYTES_MAX, SIGNATURE_BYTES_MAX } from "./limits.ts";
import { type Manifest, type ManifestFile, modeBits } from "./manifest.ts";
import { MANIFEST_NAME, PAYLOAD_FOLDER, payloadEntry, SIGNATURE_NAME } from "./package-layout.ts";
import type { PackageRefusal, Refusal, Verdict } from "./refusal.ts";
import type { SignedFile } from "./signature-file.ts";
import { BLOCK, type DescribedEntry, describeHeader, END_OF_ARCHIVE, PLAIN_FILE, paddingOf, RECORD } from "./ustar.ts";

/** Where the payload of a package goes while it is verified. Nothing is asked of it before the manifest is accepted. */
export interface PayloadSink {
  /** Starts the next file; the one before has been closed. */
  open(file: ManifestFile): Promise<PayloadFile>;
}

export interface PayloadFile {
  /** The chunk is good until the promise resolves. */
  write(chunk: Uint8Array): Promise<void>;
  /** Everything is written, and size and digest are right. */
  close(): Promise<void>;
  /** The package was refused, or could not be read on: what was written is worth nothing. */
  discard(): Promise<void>;
}

/** A package whose every byte is as its manifest says. */
export interface ReadPackage {
  readonly manifest: Manifest;
  /** Manifest and signature as they stood in the package: what has to be kept to verify again. */
  readonly signed: SignedFile;
}

export interface PackageOptions {
  /** Decides on the manifest, from raw bytes, before anything else of the package is read. */
  accept(signed: SignedFile): Verdict<Manifest>;
  readonly sink?: PayloadSink;
}

/**
 * Reads a package once, from its beginning, holding no more than the manifest and one chunk: manifest, signature, then exactly the
 * files of the manifest in its order. What stands in the archive's own headers is only compared with the manifest, so there is
 * nothing that a hostile archive could name.
 *
 * @throws what the chunks or the sink throw.
 */
export async function readPackage(
  chunks: AsyncIterable<Uint8Array>,
  { accept, sink }: PackageOptions,
): Promise<Verdict<ReadPackage>> {
  await using source = new ByteSource(chunks);
  const bytes = await readTop(source, MANIFEST_NAME, MANIFEST_BYTES_MAX);
  if ("refused" in bytes) return bytes;
  const signature = await readTop(source, SIGNATURE_NAME, SIGNATURE_BYTES_MAX);
  if ("refused" in signature) return signature;
  const signed: SignedFile = { bytes: bytes.accepted, signature: signature.accepted };
  const manifest = accept(signed);
  if ("refused" in manifest) return manifest;
  const refused = (await readPayload(source, manifest.accepted, sink)) ?? (await readEnd(source, manifest.accepted));
  return refused === undefined ? { accepted: { manifest: manifest.accepted, signed } } : { refused };
}

type TopName = typeof MANIFEST_NAME | typeof SIGNATURE_NAME;

async function readTop(source: ByteSource, name: TopName, limit: number): Promise<Verdict<Uint8Array>> {
  const block = await source.take(BLOCK);
  if (block[0] === 0x1f && block[1] === 0x8b) return refuse({ reason: "package-malformed", message: "is compressed" });
  if (block.length < BLOCK) return truncated(name);
  const found = describeHeader(block);
  if (found === undefined) return refuse({ reason: "package-malformed", message: `has no header for ${name}` });
  if (found.path !== name) return refuse({ reason: "entry-missing", path: name });
  if (found.kind !== PLAIN_FILE) return refuse({ reason: "entry-unsafe", path: name, message: `is ${found.kind}` });
  if (found.size > limit) return refuse({ reason: "package-too-large", what: name, limit });
  if (found.size < 0) return headerDiffers(name);
  const bytes = await source.take(found.size);
  if (bytes.length < found.size) return truncated(name);
  return (await readPadding(source, found.size, name)) ?? { accepted: bytes };
}

async function readPayload(
  source: ByteSource,
  manifest: Manifest,
  sink: PayloadSink | undefined,
): Promise<Refusal | undefined> {
  for (const [index, file] of manifest.files.entries()) {
    const refused =
      (await readHeader(source, manifest, index)) ?? (await readFile(source, file, await sink?.open(file)));
    if (refused !== undefined) return refused;
  }
  return undefined;
}

async function readHeader(source: ByteSource, manifest: Manifest, index: number): Promise<Refusal | undefined> {
  const file = manifest.files[index];
  if (file === undefined) return undefined;
  const expected = payloadEntry(file);
  const block = await source.take(BLOCK);
  if (block.length < BLOCK) return truncated(file.path).refused;
  // A path too long for one header has several, which are as `pack` writes them or are refused.
  if (expected.length > BLOCK && isSame(block, expected.subarray(0, BLOCK))) {
    const rest = await source.take(expected.length - BLOCK);
    return isSame(rest, expected.subarray(BLOCK)) ? undefined : headerDiffers(file.path).refused;
  }
  return explain(block, manifest, index);
}

async function readFile(
  source: ByteSource,
  file: ManifestFile,
  target: PayloadFile | undefined,
): Promise<Refusal | undefined> {
  let whole = false;
  try {
    const refused = (await copy(source, file, target)) ?? (await readPadding(source, file.size, file.path))?.refused;
    whole = refused === undefined;
    return refused;
  } finally {
    await (whole ? target?.close() : target?.discard());
  }
}

async function copy(
  source: ByteSource,
  file: ManifestFile,
  target: PayloadFile | undefined,
): Promise<Refusal | undefined> {
  const digest = createHash("sha256");
  for (let left = file.size; left > 0; ) {
    const piece = await source.next(left);
    if (piece.length === 0) return truncated(file.path).refused;
    digest.update(piece);
    await target?.write(piece);
    left -= piece.length;
  }
  if (digest.digest("hex") === file.sha256) return undefined;
  return { reason: "file-differs", path: file.path, differs: "sha256" };
}

async function readPadding(
  source: ByteSource,
  size: number,
  name: string,
): Promise<{ refused: PackageRefusal } | undefined> {
  const padding = await source.take(paddingOf(size));
  if (padding.length < paddingOf(size)) return truncated(name);
  if (padding.every((byte) => byte === 0)) return undefined;
  return refuse({ reason: "package-malformed", message: `has bytes after the end of ${name}` });
}

async function readEnd(source: ByteSource, manifest: Manifest): Promise<Refusal | undefined> {
  const end = await source.take(END_OF_ARCHIVE.length);
  if (!isSame(end, END_OF_ARCHIVE)) {
    if (end.length < END_OF_ARCHIVE.length) return truncated("the archive").refused;
    return explain(end.subarray(0, BLOCK), manifest, manifest.files.length);
  }
  // Other programs fill an archive up to a whole record.
  const filling = await source.take(RECORD);
  if (filling.length < RECORD && filling.every((byte) => byte === 0)) return undefined;
  return { reason: "package-malformed", message: "goes on after its end" };
}

/** Why the header that stands where file number `index` should begin is not its header; `undefined` if it is. */
function explain(block: Uint8Array, manifest: Manifest, index: number): PackageRefusal | undefined {
  const expected = manifest.files[index];
  if (expected !== undefined && block.every((byte) => byte === 0))
    return { reason: "entry-missing", path: expected.path };
  const found = describeHeader(block);
  if (found === undefined) return { reason: "package-malformed", message: "has a damaged header" };
  if (found.kind !== PLAIN_FILE) return { reason: "entry-unsafe", path: found.path, message: `is ${found.kind}` };
  const path = found.path.startsWith(PAYLOAD_FOLDER) ? found.path.slice(PAYLOAD_FOLDER.length) : found.path;
  const message = pathProblem(path);
  if (message !== undefined) return { reason: "entry-unsafe", path, message };
  if (manifest.files.slice(0, index).some((file) => foldedPath(file.path) === foldedPath(path)))
    return { reason: "entry-repeated", path };
  if (expected === undefined || !manifest.files.some((file) => file.path === path))
    return { reason: "entry-unexpected", path };
  return path === expected.path ? differing(found, expected) : { reason: "entry-missing", path: expected.path };
}

function differing(found: DescribedEntry, expected: ManifestFile): PackageRefusal | undefined {
  const { path } = expected;
  if (found.size !== expected.size) return { reason: "file-differs", path, differs: "size" };
  if (found.mode !== modeBits(expected)) return { reason: "file-differs", path, differs: "mode" };
  return undefined;
}

const refuse = (refused: PackageRefusal): { refused: PackageRefusal } => ({ refused });
const truncated = (name: string) => refuse({ reason: "package-malformed", message: `ends before the end of ${name}` });
const headerDiffers = (name: string) =>
  refuse({ reason: "package-malformed", message: `has a header for ${name} that is not written in the one way` });

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
