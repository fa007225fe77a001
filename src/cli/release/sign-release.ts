import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256Hex } from "../../bytes/sha256.ts";
import { FieldtapeError } from "../../errors.ts";
import { isThere, writeWhole } from "../../ota/release/atomic-file.ts";
import { fileChunks } from "../../ota/release/input-file.ts";
import { readPackage } from "../../ota/release/package-reader.ts";
import type { Refusal } from "../../ota/release/refusal.ts";
import { MANIFEST_FILE } from "../../ota/release/schema.ts";
import { signPackage } from "../../ota/release/sign-package.ts";
import { verifyPackage } from "../../ota/release/verify-package.ts";
import { onDisk } from "../../tape/tape-disk.ts";
import { refusalWords } from "../ota/refusal-words.ts";
import { packageName, type ReleaseContext, STAGED_MANIFEST } from "./release-context.ts";

/**
 * Signs the package, and checks it as a device will. Keys that are kept elsewhere may have signed the staged one meanwhile: their
 * signatures stay.
 *
 * @throws FieldtapeError INCOMPLETE while too few keys have signed; INPUT_MALFORMED when it would be refused for anything else
 */
export async function signRelease(context: ReleaseContext): Promise<void> {
  const { places, signer } = context;
  const file = join(places.staged, packageName(context));
  if (!(await isSameRelease(file, places.packed))) await onDisk(file, copyFile(places.packed, file));
  const signed = await signPackage(file, signer.release);
  if ("refused" in signed) throw refusedBy("the package is refused", signed.refused, file);
  const verdict = await verifyPackage(fileChunks(file), { trust: signer.root.trust });
  if ("refused" in verdict) throw refusedBy("devices would refuse it", verdict.refused, file);
  const { bytes } = verdict.accepted.signed;
  await writeWhole(join(places.staged, STAGED_MANIFEST), bytes, { mode: 0o644, force: true });
}

async function isSameRelease(file: string, packed: string): Promise<boolean> {
  if (!(await isThere(file))) return false;
  const manifests = await Promise.all([file, packed].map((path) => manifestOf(path)));
  return manifests[0] !== undefined && manifests[0] === manifests[1];
}

async function manifestOf(path: string): Promise<string | undefined> {
  const read = await readPackage(fileChunks(path), { accept: ({ bytes }) => MANIFEST_FILE.parse(bytes) });
  return "refused" in read ? undefined : sha256Hex(read.accepted.signed.bytes);
}

/** A verdict that stops the release. */
export function refusedBy(what: string, refused: Refusal, file: string): FieldtapeError {
  const apart = refused.reason === "threshold-not-met";
  return new FieldtapeError(apart ? "INCOMPLETE" : "INPUT_MALFORMED", `${what}: ${refusalWords(refused)}`, {
    file,
    ...(apart ? { hint: "sign this file where the other keys are (ota release sign), then go on with --resume" } : {}),
  });
}
