import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, scryptSync } from "node:crypto";
import { fromHex, toHex } from "../../bytes/hex.ts";
import { FieldtapeError } from "../../errors.ts";
import { keyPairOf } from "./ed25519.ts";
import { readSmall } from "./input-file.ts";
import { keyIdOf } from "./key-id.ts";
import { KEY_FILE_BYTES_MAX } from "./limits.ts";
import type { PublicKey, RoleName } from "./root.ts";
import { type KeyFile, parseKeyFile, type SealedSecret } from "./schema.ts";
import type { SigningKey } from "./signing.ts";

/** The half of a key that everyone may know. */
export interface KnownKey {
  readonly keyid: string;
  readonly role?: RoleName;
  readonly key: PublicKey;
  /** What its file has of the other half: nothing, the seed as it is, or sealed with a passphrase. */
  readonly secret: "none" | "plain" | "sealed";
}

export interface NewKey {
  readonly role?: RoleName;
  /** Absent: the seed stands in the file as it is. */
  readonly passphrase?: string;
  /** Secret bytes from the system; chance is handed in, here as everywhere. */
  random(length: number): Uint8Array;
}

const SCRYPT = { n: 2 ** 15, r: 8, p: 1 } as const;

/** A new private key file, and what may be shown of it. */
export function createKeyFile({ role, passphrase, random }: NewKey): { text: string; known: KnownKey } {
  const seed = random(32);
  const publicHex = toHex(keyPairOf(seed).publicKey);
  const head = {
    type: "private-key" as const,
    schema: 1 as const,
    keytype: "ed25519" as const,
    ...(role === undefined ? {} : { role }),
    keyid: keyIdOf(publicHex),
    public: publicHex,
  };
  const secret =
    passphrase === undefined
      ? { kdf: "none" as const, seed: toHex(seed) }
      : seal(seed, { passphrase, salt: random(16), nonce: random(12), bound: boundTo(head) });
  return { text: encode({ ...head, secret }), known: knownKey({ ...head, secret }) };
}

/** The public half of a key file as a file of its own, to be handed to whoever makes a root. */
export function encodePublicKey({ keyid, role, key }: KnownKey): string {
  return encode({
    type: "public-key",
    schema: 1,
    keytype: key.keytype,
    ...(role && { role }),
    keyid,
    public: key.public,
  });
}

/**
 * The public half of a key, from a private or a public key file; no passphrase is needed.
 *
 * @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE, INPUT_MALFORMED
 */
export async function readKnownKey(path: string): Promise<KnownKey> {
  return knownKey(await readKeyFile(path));
}

/**
 * A key that can sign.
 *
 * @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE, INPUT_MALFORMED; USAGE when the passphrase is missing or wrong, or the
 * file has only the public half
 */
export async function unlockKey(path: string, passphrase: string | undefined): Promise<SigningKey> {
  const file = await readKeyFile(path);
  if (file.type === "public-key")
    throw new FieldtapeError("USAGE", "is a public key, which cannot sign", { file: path });
  const seed = file.secret.kdf === "none" ? bytesOf(file.secret.seed) : open(file, file.secret, { passphrase, path });
  const pair = keyPairOf(seed);
  if (toHex(pair.publicKey) !== file.public)
    throw new FieldtapeError("INPUT_MALFORMED", "its two halves do not belong together", { file: path });
  const { keyid, role } = file;
  return { keyid, ...(role === undefined ? {} : { role }), secretKey: pair.secretKey };
}

async function readKeyFile(path: string): Promise<KeyFile> {
  const parsed = parseKeyFile(await readSmall(path, KEY_FILE_BYTES_MAX));
  if ("key" in parsed) return parsed.key;
  throw new FieldtapeError("INPUT_MALFORMED", parsed.problem, { file: path, hint: "fieldtape ota key new makes one" });
}

function knownKey(file: KeyFile): KnownKey {
  const { keyid, role, keytype, public: publicHex } = file;
  const secret = file.type === "public-key" ? "none" : file.secret.kdf === "none" ? "plain" : "sealed";
  return { keyid, ...(role === undefined ? {} : { role }), key: { keytype, public: publicHex }, secret };
}

interface Seal {
  readonly passphrase: string;
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
  readonly bound: Uint8Array;
}

function seal(seed: Uint8Array, { passphrase, salt, nonce, bound }: Seal): SealedSecret {
  const cipher = createCipheriv("aes-256-gcm", stretch(passphrase, salt, SCRYPT.n), nonce).setAAD(bound);
  const sealed = toHex(Buffer.concat([cipher.update(seed), cipher.final()]));
  const tag = toHex(cipher.getAuthTag());
  return { kdf: "scrypt", ...SCRYPT, salt: toHex(salt), cipher: "aes-256-gcm", nonce: toHex(nonce), sealed, tag };
}

interface Unlock {
  readonly passphrase: string | undefined;
  readonly path: string;
}

function open(file: KeyFile, secret: SealedSecret, { passphrase, path }: Unlock): Uint8Array {
  const hint = "the passphrase is read from FIELDTAPE_KEY_PASSPHRASE, else from keyPassphrase in secrets.json";
  if (passphrase === undefined) throw new FieldtapeError("USAGE", "needs a passphrase", { file: path, hint });
  const key = stretch(passphrase, bytesOf(secret.salt), secret.n);
  const decipher = createDecipheriv("aes-256-gcm", key, bytesOf(secret.nonce))
    .setAAD(boundTo(file))
    .setAuthTag(bytesOf(secret.tag));
  try {
    return Buffer.concat([decipher.update(bytesOf(secret.sealed)), decipher.final()]);
  } catch {
    // The cipher says no more than that.
    throw new FieldtapeError("USAGE", "the passphrase is wrong, or the file is damaged", { file: path, hint });
  }
}

/** What the seal covers besides the seed: nobody turns a timestamp key into a release key by editing its file. */
function boundTo({ keytype, role, keyid, public: publicHex }: Omit<KeyFile, "type" | "schema">): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([keytype, role ?? "", keyid, publicHex]));
}

function stretch(passphrase: string, salt: Uint8Array, n: number): Uint8Array {
  const { r, p } = SCRYPT;
  return scryptSync(passphrase.normalize("NFC"), salt, 32, { N: n, r, p, maxmem: 2 ** 28 });
}

function bytesOf(text: string): Uint8Array {
  return fromHex(text) ?? new Uint8Array();
}

function encode(file: KeyFile): string {
  return `${JSON.stringify(file, undefined, 2)}\n`;
}
