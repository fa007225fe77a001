import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { toHex } from "../../../src/bytes/hex.ts";
import { type KeyPair, keyPairOf } from "../../../src/ota/release/ed25519.ts";
import { keyIdOf } from "../../../src/ota/release/key-id.ts";
import type { Manifest } from "../../../src/ota/release/manifest.ts";
import type { Role, RoleName, Root } from "../../../src/ota/release/root.ts";
import { encodeSignatureFile } from "../../../src/ota/release/signature-check.ts";
import type { SignedFile } from "../../../src/ota/release/signature-file.ts";
import { addSignatures, type SigningKey } from "../../../src/ota/release/signing.ts";
import type { Timestamp } from "../../../src/ota/release/timestamp.ts";
import { parseIso } from "../../../src/time/iso.ts";

/** A key that is the same in every run: made of its name. */
export interface TestKey extends SigningKey {
  readonly publicHex: string;
}

export function keyNamed(name: string): TestKey {
  const pair: KeyPair = keyPairOf(createHash("sha256").update(name).digest());
  const publicHex = toHex(pair.publicKey);
  return { keyid: keyIdOf(publicHex), publicHex, secretKey: pair.secretKey };
}

export const date = (text: string): bigint => parseIso(text)!;
export const NOW = date("2026-11-21T12:00:00Z");

type Keys = Readonly<Record<RoleName, readonly TestKey[]>>;

export const KEYS: Keys = {
  root: [keyNamed("root a"), keyNamed("root b")],
  release: [keyNamed("release a"), keyNamed("release b"), keyNamed("release c")],
  timestamp: [keyNamed("timestamp a")],
};

export interface RootWish {
  readonly version?: number;
  readonly expires?: string;
  readonly keys?: Partial<Keys>;
  readonly thresholds?: Partial<Record<RoleName, number>>;
}

/** A root; release needs 2 of its 3 keys, root both of its 2. */
export function rootOf({
  version = 1,
  expires = "2036-01-01T00:00:00Z",
  keys = {},
  thresholds = {},
}: RootWish = {}): Root {
  const all: Keys = { ...KEYS, ...keys };
  const role = (name: RoleName): Role => ({
    keyids: all[name].map((key) => key.keyid),
    threshold: thresholds[name] ?? Math.min(name === "timestamp" ? 1 : 2, all[name].length),
  });
  return {
    type: "root",
    schema: 1,
    version,
    expires,
    keys: Object.fromEntries(
      Object.values(all)
        .flat()
        .map(({ keyid, publicHex }) => [keyid, { keytype: "ed25519" as const, public: publicHex }]),
    ),
    roles: { root: role("root"), release: role("release"), timestamp: role("timestamp") },
  };
}

export function bytesOf(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** A file and its signatures by these keys. */
export function signed(value: object | Uint8Array, ...keys: readonly SigningKey[]): SignedFile {
  const bytes = value instanceof Uint8Array ? value : bytesOf(value);
  return { bytes, signature: encodeSignatureFile(addSignatures(bytes, keys, [])) };
}

export function manifestOf(wish: Partial<Manifest> = {}): Manifest {
  return {
    type: "manifest",
    schema: 1,
    product: "gateway",
    app: "2.4.1",
    release: 17,
    plugin_abi: 3,
    config_schema: 5,
    data_schema: 2,
    compatible: [],
    platform: "any",
    components: {},
    files: [{ path: "app.js", sha256: sha256(Buffer.from("hello")), size: 5, mode: "0644" }],
    notes: "",
    ...wish,
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function timestampOf(manifest: SignedFile, wish: Partial<Timestamp> = {}): Timestamp {
  const { release, app } = JSON.parse(Buffer.from(manifest.bytes).toString()) as Manifest;
  return {
    type: "timestamp",
    schema: 1,
    version: 1,
    issued: "2026-11-20T00:00:00Z",
    expires: "2026-11-27T00:00:00Z",
    manifest: { release, app, sha256: sha256(manifest.bytes), length: manifest.bytes.length },
    ...wish,
  };
}
