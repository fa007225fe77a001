import { Buffer } from "node:buffer";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import tar from "tar-stream";
import type { Manifest } from "../../../src/ota/release/manifest.ts";
import { type PackRequest, pack, topPieces } from "../../../src/ota/release/pack.ts";
import type { PayloadSink } from "../../../src/ota/release/package-reader.ts";
import type { Refusal } from "../../../src/ota/release/refusal.ts";
import type { SignedFile } from "../../../src/ota/release/signature-file.ts";
import type { SigningKey } from "../../../src/ota/release/signing.ts";
import type { Trust } from "../../../src/ota/release/trust.ts";
import { verifyPackage } from "../../../src/ota/release/verify-package.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { KEYS, manifestOf, sha256, signed } from "./publisher.ts";
import { session } from "./session.ts";

export type Files = Readonly<Record<string, string>>;

/** A folder with these files; a name that ends in `.sh` is executable. */
export function folderOf(files: Files): string {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
    chmodSync(join(folder, path), path.endsWith(".sh") ? 0o755 : 0o644);
  }
  return folder;
}

/** What pack is asked for besides folder and output. */
export function wishOf(wish: Partial<Manifest> = {}): PackRequest["release"] {
  const { type: _type, schema: _schema, files: _files, ...release } = manifestOf(wish);
  return release;
}

/** The bytes of an unsigned package of these files. */
export async function packed(files: Files, wish: Partial<Manifest> = {}): Promise<Uint8Array> {
  const out = join(temporaryFolder(), "a.pkg");
  await pack({ folder: folderOf(files), out, force: false, release: wishOf(wish) });
  return readFileSync(out);
}

/** A manifest of these files, signed by two of the three keys. */
export function manifestFor(
  files: Files,
  wish: Partial<Manifest> = {},
  keys: readonly SigningKey[] = KEYS.release,
): SignedFile {
  const list = Object.entries(files).map(([path, content]) => ({
    path,
    sha256: sha256(Buffer.from(content)),
    size: Buffer.byteLength(content),
    mode: path.endsWith(".sh") ? ("0755" as const) : ("0644" as const),
  }));
  return signed(manifestOf({ files: list, ...wish }), ...keys);
}

/** An entry of a tar that somebody else made. */
export interface ForeignEntry {
  readonly name: string;
  readonly content?: string;
  readonly mode?: number;
  readonly type?: "symlink" | "link" | "character-device" | "block-device" | "fifo" | "directory";
  readonly linkname?: string;
}

/** A package whose payload is what somebody else's tar program made of these entries. */
export async function foreignPackage(manifest: SignedFile, entries: readonly ForeignEntry[]): Promise<Uint8Array> {
  const archive = tar.pack();
  for (const { content, ...header } of entries)
    archive.entry({ mode: 0o644, mtime: new Date(0), ...header }, content ?? "");
  archive.finalize();
  return Buffer.concat([...topPieces(manifest.bytes, manifest.signature), await buffer(archive)]);
}

/** Reads a package in chunks of this many bytes, as a device would. */
export async function verify(
  bytes: Uint8Array,
  { trust = session(), sink, chunk = 4096 }: { trust?: Trust; sink?: PayloadSink; chunk?: number } = {},
) {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  return verifyPackage(chunks(), { trust, ...(sink === undefined ? {} : { sink }) });
}

/** Why the package is refused, or the test fails. */
export async function refusalOf(bytes: Uint8Array): Promise<Refusal> {
  const verdict = await verify(bytes);
  if ("accepted" in verdict) throw new Error("it was accepted");
  return verdict.refused;
}
