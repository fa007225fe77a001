/**
 * What a release is: `manifest.json`, with the names that stand in the file. It pins the complete tree of one version: a device has
 * exactly these files afterwards, and fetches those that it does not have yet.
 */
export interface Manifest {
  readonly type: "manifest";
  readonly schema: 1;
  /** Which product this is a release of; a device takes no other. */
  readonly product: string;
  /** SemVer 2.0.0. */
  readonly app: string;
  /** Counts releases of this product; never goes back on a device, also where `app` does. 1 to 2⁵³−1. */
  readonly release: number;
  /** The oldest installed version that can be updated to this one. */
  readonly min_app?: string;
  /** Signed permission to go to this version from a newer one. */
  readonly downgrade?: true;
  readonly plugin_abi: number;
  readonly config_schema: number;
  readonly data_schema: number;
  /** Kinds of device that this runs on; none named: every device of the product. */
  readonly compatible: readonly string[];
  /** `linux-x64`, …, or `any`. */
  readonly platform: string;
  /** Lower-case hex, 7 to 64 digits. */
  readonly git_sha?: string;
  /** RFC 3339 in UTC. */
  readonly build_time?: string;
  /**
   * Parts with versions of their own, by name. A part's files are those below the folder of its name; all others are the
   * application's.
   */
  readonly components: Readonly<Record<string, string>>;
  /** By the bytes of their paths, each path once. */
  readonly files: readonly ManifestFile[];
  readonly notes: string;
}

export interface ManifestFile {
  /** Relative, `/` between names; see `bytes/portable-path.ts`. */
  readonly path: string;
  /** 64 lower-case hex digits, of the file's bytes. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly mode: "0644" | "0755";
}

/** The permission bits of a file. */
export function modeBits(file: ManifestFile): number {
  return file.mode === "0755" ? 0o755 : 0o644;
}

/** Bytes of all files together. */
export function payloadBytes(manifest: Manifest): number {
  return manifest.files.reduce((sum, file) => sum + file.size, 0);
}
