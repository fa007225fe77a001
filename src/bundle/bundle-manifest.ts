import type { Json, JsonObject } from "../bytes/json.ts";

/** The schema of the bundles that are written. */
export const BUNDLE_SCHEMA = 1;
export const MANIFEST_FILE = "manifest.json";
/** Signatures of the manifest, in the form that releases have them. */
export const SIGNATURE_FILE = "manifest.sig";

export const FILE_KINDS = [
  "tape",
  "blob",
  "trace",
  "results",
  "configuration",
  "environment",
  "log",
  "crash",
  "installation",
] as const;
/** What a file in a bundle is for. A bundle holds nothing that is run. */
export type FileKind = (typeof FILE_KINDS)[number];

export interface BundledFile {
  /** Relative, `/` between names; see `bytes/portable-path.ts`. */
  readonly path: string;
  readonly kind: FileKind;
  readonly size: number;
  readonly sha256: string;
}

/** What the tapes were played into, by name: whoever reproduces has his own. */
export interface BundledSubject {
  readonly name: string;
  /** The built-in subject that the name stood for; absent: a module or a program of the user's own. */
  readonly builtIn?: string | undefined;
  /** Its settings, those of the configuration and of the command line together. */
  readonly options: Json;
  readonly seed: number;
}

/** What came of playing a tape where the bundle was made. */
export type Outcome =
  | { readonly type: "said"; readonly records: number; readonly faults: number }
  /** The subject crashed or hung. What it had said until then stands in the trace. */
  | { readonly type: "failed"; readonly code: string; readonly message: string; readonly line?: number | undefined }
  /** The tape could not be read to its end. */
  | { readonly type: "unplayable"; readonly code: string; readonly message: string };

/** What redaction did to one tape. `verdict`: whether it still behaves the same, apart from what was declared. */
export interface TapeRedaction {
  readonly verdict: "same" | "different" | "not-compared";
  readonly report: JsonObject;
}

export interface BundledTape {
  readonly path: string;
  /** Absent: no subject was named. Without a path: the tape could not even be opened. */
  readonly trace?: { readonly path?: string | undefined; readonly outcome: Outcome } | undefined;
  readonly redaction?: TapeRedaction | undefined;
}

/** Every version of the program that made the bundle, under the names that a release's manifest has for them. */
export interface BundledVersions {
  readonly app: string;
  readonly plugin_abi: number;
  readonly config_schema: number;
  readonly data_schema: number;
  readonly [name: string]: string | number;
}

/** `manifest.json`: what a bundle is and holds. It names every file with its digest but itself and its signatures. */
export interface BundleManifest {
  readonly type: "bundle";
  readonly schema: typeof BUNDLE_SCHEMA;
  readonly subject?: BundledSubject | undefined;
  readonly versions: BundledVersions;
  /** The profile's name; absent: nothing was redacted. */
  readonly redaction?: string | undefined;
  readonly tapes: readonly BundledTape[];
  readonly files: readonly BundledFile[];
}

export function encodeManifest(manifest: BundleManifest): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 1)}\n`);
}
