import { createHash } from "node:crypto";
import { FieldtapeError } from "../errors.ts";
import type { TapeDisk } from "../tape/tape-disk.ts";
import { encrypted } from "./age.ts";
import type { BundleItem } from "./bundle-item.ts";
import {
  BUNDLE_SCHEMA,
  type BundledFile,
  type BundleManifest,
  encodeManifest,
  MANIFEST_FILE,
  SIGNATURE_FILE,
} from "./bundle-manifest.ts";
import type { BundlePlan } from "./plan.ts";
import { writeFileOf } from "./written-file.ts";
import { isBomb } from "./zip/zip-layout.ts";
import { type ZipMember, zipStream } from "./zip/zip-stream.ts";

export interface WriteOptions {
  readonly out: string;
  readonly force: boolean;
  /** Leave everything unpacked: the same bytes on every version of zlib. */
  readonly store: boolean;
  /** Who can read it; none: everyone. */
  readonly recipients: readonly string[];
  /** Signs the manifest's bytes: what stands in `manifest.sig`. */
  readonly sign?: ((manifest: Uint8Array) => Uint8Array) | undefined;
  /** Looks at everything that goes in, and throws at what must not. */
  readonly guard?: Guard | undefined;
  readonly disk: TapeDisk;
  readonly signal: AbortSignal;
}

/** Passes a file's bytes on, or refuses it. @throws FieldtapeError */
export type Guard = (path: string, bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

export interface WrittenBundle {
  readonly path: string;
  readonly size: number;
  /** SHA-256 of the manifest: the same for the same content, however it is packed, signed or encrypted. */
  readonly id: string;
  readonly manifest: BundleManifest;
}

/**
 * Writes the bundle in one pass and in constant memory, whole or not at all. The same plan gives the same bytes, unless it is encrypted.
 *
 * @throws FieldtapeError OUTPUT_EXISTS, DISK_FULL, OUTPUT_FAILED, INPUT_UNREADABLE; LIMIT_EXCEEDED for what would unpack to more than is allowed
 */
export async function writeBundle(plan: BundlePlan, options: WriteOptions): Promise<WrittenBundle> {
  const { out, force, store, recipients, sign, disk } = options;
  const files: BundledFile[] = [];
  let manifest: BundleManifest | undefined;
  let encoded = new Uint8Array();
  const sealed = (): Uint8Array => {
    const { subject, versions, redaction, tapes } = plan;
    const named = { ...(subject && { subject }), versions, ...(redaction === undefined ? {} : { redaction }) };
    manifest = { type: "bundle", schema: BUNDLE_SCHEMA, ...named, tapes, files };
    encoded = new Uint8Array(encodeManifest(manifest));
    return encoded;
  };
  const members: ZipMember[] = plan.items.map((item) => ({
    path: item.path,
    bytes: () => digested(item, options, files),
  }));
  members.push({ path: MANIFEST_FILE, bytes: () => once(sealed) });
  if (sign !== undefined) members.push({ path: SIGNATURE_FILE, bytes: () => once(() => sign(encoded)) });
  const zip = zipStream(members, { store });
  const passing = watched(zip, () => files.reduce((sum, { size }) => sum + size, 0), out);
  const chunks = recipients.length === 0 ? passing : encrypted(passing, recipients);
  const size = await writeFileOf(chunks, out, { disk, force });
  if (manifest === undefined) throw new Error("bug in fieldtape: a bundle without a manifest");
  return { path: out, size, id: createHash("sha256").update(encoded).digest("hex"), manifest };
}

/** Notes what has passed when all of it has. */
async function* digested(
  { path, kind, bytes }: BundleItem,
  { guard, signal }: WriteOptions,
  files: BundledFile[],
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of guard === undefined ? bytes() : guard(path, bytes())) {
    signal.throwIfAborted();
    hash.update(chunk);
    size += chunk.length;
    yield chunk;
  }
  files.push({ path, kind, size, sha256: hash.digest("hex") });
}

async function* once(content: () => Uint8Array): AsyncGenerator<Uint8Array> {
  yield content();
}

/** A bundle that nobody could open is not written. */
async function* watched(zip: AsyncIterable<Uint8Array>, total: () => number, file: string): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of zip) {
    size += chunk.length;
    yield chunk;
  }
  if (!isBomb(total(), size)) return;
  throw new FieldtapeError("LIMIT_EXCEEDED", "would be taken for a bomb: it unpacks to too many times its size", {
    file,
    hint: "--store leaves everything unpacked",
  });
}
