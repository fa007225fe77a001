/** `timestamp.json`: which manifest is the newest, said again and again, so that a device notices when it is kept from hearing it. */
export interface Timestamp {
  readonly type: "timestamp";
  readonly schema: 1;
  /** Counts the timestamps of this repository. 1 to 2⁵³−1. */
  readonly version: number;
  /** When it was signed, and until when it is good: RFC 3339 in UTC. */
  readonly issued: string;
  readonly expires: string;
  readonly manifest: PinnedManifest;
}

/** The one manifest that a timestamp stands for. */
export interface PinnedManifest {
  readonly release: number;
  readonly app: string;
  readonly sha256: string;
  /** Bytes. */
  readonly length: number;
}
