import type { Manifest, ManifestFile } from "./manifest.ts";

/** Where the payload of a package goes while it is verified. Nothing is asked of it before the manifest is. */
export interface PayloadSink {
  /** Starts the next file; the one before has been closed. */
  open(file: ManifestFile): Promise<PayloadFile>;
}

export interface PayloadFile {
  write(chunk: Uint8Array): Promise<void>;
  /** Everything is written, and size and digest are right. A file that is not comes to no close: the package was refused. */
  close(): Promise<void>;
}

/** A package whose every byte is as its signed manifest says. */
export interface VerifiedPackage {
  readonly manifest: Manifest;
  /** As they stood in the package: what has to be kept to verify again. */
  readonly manifestBytes: Uint8Array;
  readonly signatureBytes: Uint8Array;
}
