import { type ManifestFile, modeBits } from "./manifest.ts";
import { encodeEntry } from "./ustar.ts";

/** What stands at the top of a package, in this order; after them the payload in the order of the manifest. */
export const MANIFEST_NAME = "manifest.json";
export const SIGNATURE_NAME = "signature.sig";
export const PAYLOAD_FOLDER = "payload/";
/** Where in the payload a root stands that was packed with the application. */
export const BAKED_ROOT = "trust/root.json";

/** What stands in a package before the manifest's or the signature's bytes. */
export function topEntry(path: typeof MANIFEST_NAME | typeof SIGNATURE_NAME, size: number): Uint8Array {
  return encodeEntry({ path, size, mode: 0o644 });
}

/** What stands in a package before a payload file's bytes. */
export function payloadEntry(file: ManifestFile): Uint8Array {
  return encodeEntry({ path: PAYLOAD_FOLDER + file.path, size: file.size, mode: modeBits(file) });
}
