import { createHash } from "node:crypto";
import { join } from "node:path";
import { collidingPath, comparePaths } from "../../bytes/portable-path.ts";
import { sha256Hex } from "../../bytes/sha256.ts";
import { FieldtapeError } from "../../errors.ts";
import { AtomicFile, refuseExisting } from "./atomic-file.ts";
import { fileChunks } from "./input-file.ts";
import type { Manifest, ManifestFile } from "./manifest.ts";
import { BAKED_ROOT, MANIFEST_NAME, payloadEntry, SIGNATURE_NAME, topEntry } from "./package-layout.ts";
import { listPayload } from "./payload-folder.ts";
import { MANIFEST_FILE } from "./schema.ts";
import { encodeSignatureFile } from "./signature-check.ts";
import { END_OF_ARCHIVE, paddingOf } from "./ustar.ts";

export interface PackRequest {
  readonly folder: string;
  readonly out: string;
  readonly force: boolean;
  /** The root that the application starts to trust with: packed as `BAKED_ROOT`, and never fetched by a device. */
  readonly root?: Uint8Array;
  /** Everything of the manifest that the files do not say. Dates and revisions too: the same request packs the same bytes. */
  readonly release: Omit<Manifest, "type" | "schema" | "files">;
}

/**
 * Packs a folder into an unsigned package.
 *
 * @throws FieldtapeError those of `listPayload`; OPTIONS_INVALID when the manifest would be refused; OUTPUT_EXISTS, OUTPUT_FAILED,
 * DISK_FULL
 */
export async function pack({ folder, out, force, root, release }: PackRequest): Promise<Manifest> {
  if (!force) await refuseExisting(out);
  const listed = await listPayload(folder);
  const files = root === undefined ? listed : withBakedRoot(listed, root, folder);
  const manifest: Manifest = { type: "manifest", schema: 1, ...release, files };
  const bytes = encodeManifest(manifest);
  await using target = await AtomicFile.create(out, 0o644);
  for (const piece of topPieces(bytes, encodeSignatureFile([]))) await target.write(piece);
  for (const file of manifest.files) {
    const baked = root !== undefined && file.path === BAKED_ROOT;
    await packFile(file, baked ? [root] : fileChunks(join(folder, file.path)), { target, folder });
  }
  await target.write(END_OF_ARCHIVE);
  await target.commit();
  return manifest;
}

/** Manifest and signature as they stand at the beginning of a package. */
export function topPieces(manifest: Uint8Array, signature: Uint8Array): readonly Uint8Array[] {
  return [
    topEntry(MANIFEST_NAME, manifest.length),
    manifest,
    new Uint8Array(paddingOf(manifest.length)),
    topEntry(SIGNATURE_NAME, signature.length),
    signature,
    new Uint8Array(paddingOf(signature.length)),
  ];
}

/** The keys in a fixed order, so that equal manifests are equal bytes. */
function encodeManifest(manifest: Manifest): Uint8Array {
  const { type, schema, product, app, release, min_app, downgrade, plugin_abi, config_schema, data_schema } = manifest;
  const { compatible, platform, git_sha, build_time, components, files, notes } = manifest;
  const ordered = {
    ...{ type, schema, product, app, release, min_app, downgrade, plugin_abi, config_schema, data_schema },
    ...{ compatible, platform, git_sha, build_time },
    components: Object.fromEntries(Object.entries(components).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    files: files.map(({ path, sha256, size, mode }) => ({ path, sha256, size, mode })),
    notes,
  };
  const bytes = new TextEncoder().encode(`${JSON.stringify(ordered, undefined, 2)}\n`);
  if (bytes.length > MANIFEST_FILE.bytesMax)
    throw new FieldtapeError("LIMIT_EXCEEDED", `the manifest would be larger than ${MANIFEST_FILE.bytesMax} bytes`);
  // What is packed here must never be refused there.
  const parsed = MANIFEST_FILE.parse(bytes);
  if (!("refused" in parsed)) return bytes;
  const { refused } = parsed;
  throw new FieldtapeError(
    "OPTIONS_INVALID",
    refused.reason === "malformed" ? `${refused.where} ${refused.message}` : `the manifest would be ${refused.reason}`,
  );
}

function withBakedRoot(files: readonly ManifestFile[], root: Uint8Array, folder: string): readonly ManifestFile[] {
  const baked: ManifestFile = { path: BAKED_ROOT, sha256: sha256Hex(root), size: root.length, mode: "0644" };
  const all = [...files, baked].toSorted((a, b) => comparePaths(a.path, b.path));
  const paths = all.map(({ path }) => path);
  if (files.some(({ path }) => path === BAKED_ROOT) || collidingPath(paths) !== undefined) {
    throw new FieldtapeError("INPUT_MALFORMED", "is there already, and the root is to be packed in its place", {
      file: join(folder, BAKED_ROOT),
    });
  }
  return all;
}

interface PackTarget {
  readonly target: AtomicFile;
  readonly folder: string;
}

async function packFile(
  file: ManifestFile,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { target, folder }: PackTarget,
): Promise<void> {
  const digest = createHash("sha256");
  let size = 0;
  await target.write(payloadEntry(file));
  for await (const chunk of chunks) {
    digest.update(chunk);
    size += chunk.length;
    await target.write(chunk);
  }
  if (size !== file.size || digest.digest("hex") !== file.sha256) {
    throw new FieldtapeError("INPUT_MALFORMED", "changed while it was packed", { file: join(folder, file.path) });
  }
  await target.write(new Uint8Array(paddingOf(size)));
}
