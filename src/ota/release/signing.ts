import { toHex } from "../../bytes/hex.ts";
import { sign } from "./ed25519.ts";
import type { RoleName } from "./root.ts";
import { signedDigest } from "./signature-check.ts";
import type { SignatureFile } from "./signature-file.ts";

/** A key that can sign, unlocked. Never leaves the process. */
export interface SigningKey {
  readonly keyid: string;
  /** What it was made for; absent: anything. */
  readonly role?: RoleName;
  readonly secretKey: Uint8Array;
}

/** The signatures with these keys' added, by key id: in whichever order keys sign, the same signatures come out. */
export function addSignatures(bytes: Uint8Array, keys: readonly SigningKey[], before: SignatureFile): SignatureFile {
  const digest = signedDigest(bytes);
  const byKey = new Map(before.map((entry) => [entry.keyid, entry]));
  for (const { keyid, secretKey } of keys)
    byKey.set(keyid, { keyid, alg: "ed25519-sha256", sig: toHex(sign(digest, secretKey)) });
  return [...byKey.values()].toSorted((a, b) => (a.keyid < b.keyid ? -1 : 1));
}
