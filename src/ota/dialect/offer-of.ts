import { componentsOf } from "../release/component.ts";
import { type Manifest, modeBits } from "../release/manifest.ts";
import type { Offer } from "../update/offer.ts";

/** A verified manifest as the updater takes it. `manifest` is the SHA-256 of its bytes. */
export function offerOf(manifest: Manifest, sha256: string): Offer {
  const components = componentsOf(manifest).map(({ name, version, files }) => ({
    name,
    version,
    files: files.map((file) => ({ path: file.path, sha256: file.sha256, size: file.size, mode: modeBits(file) })),
  }));
  return { release: manifest.release, version: manifest.app, manifest: sha256, notes: manifest.notes, components };
}
