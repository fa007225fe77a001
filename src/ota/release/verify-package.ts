import { type Device, deviceProblem } from "./device.ts";
import type { Manifest } from "./manifest.ts";
import { type PayloadSink, type ReadPackage, readPackage } from "./package-reader.ts";
import type { Verdict } from "./refusal.ts";
import type { SignedFile } from "./signature-file.ts";
import { acceptManifest, type Trust } from "./trust.ts";

export interface VerifyOptions {
  readonly trust: Trust;
  /** Absent: for which device it is does not matter (the publisher's own check). */
  readonly device?: Omit<Device, "product"> & {
    /** Absent: before the first installation it is a device of no product yet. */
    readonly product?: string;
  };
  readonly sink?: PayloadSink;
}

/** Verifies a package that came by hand: signatures, then rules, then every file; what does not pass never reaches the sink whole. */
export function verifyPackage(
  chunks: AsyncIterable<Uint8Array>,
  { trust, device, sink }: VerifyOptions,
): Promise<Verdict<ReadPackage>> {
  const accept = (signed: SignedFile): Verdict<Manifest> => {
    const manifest = acceptManifest(trust, signed);
    if ("refused" in manifest || device === undefined) return manifest;
    const refused = deviceProblem(manifest.accepted, { product: manifest.accepted.product, ...device });
    return refused === undefined ? manifest : { refused };
  };
  return readPackage(chunks, { accept, ...(sink === undefined ? {} : { sink }) });
}
