/** Who may sign what. A key is in one role only, so that a signature for one kind of file is never good for another. */
export const ROLES = ["root", "release", "timestamp"] as const;
export type RoleName = (typeof ROLES)[number];

/** `N.root.json`: the keys that a device trusts. The first one is baked in when the application is packed; never fetched. */
export interface Root {
  readonly type: "root";
  readonly schema: 1;
  /** From 1, each the next of the one before. */
  readonly version: number;
  /** RFC 3339 in UTC. */
  readonly expires: string;
  /** By key id: the SHA-256 of the public key's 32 bytes, in lower-case hex. */
  readonly keys: Readonly<Record<string, PublicKey>>;
  readonly roles: Readonly<Record<RoleName, Role>>;
}

export interface Role {
  readonly keyids: readonly string[];
  /** How many different keys of these must have signed. */
  readonly threshold: number;
}

export interface PublicKey {
  readonly keytype: "ed25519";
  /** 32 bytes, lower-case hex. */
  readonly public: string;
}
