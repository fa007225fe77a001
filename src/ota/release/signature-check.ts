import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { fromBase64 } from "../../bytes/base64.ts";
import { fromHex } from "../../bytes/hex.ts";
import { verify } from "./ed25519.ts";
import { SIGNATURE_BYTES_MAX } from "./limits.ts";
import type { SignedFileName, TrustRefusal, Verdict } from "./refusal.ts";
import type { RoleName, Root } from "./root.ts";
import { type FileKind, parseSignatureList } from "./schema.ts";
import type { KeySignature, SignatureFile, SignedFile } from "./signature-file.ts";

/** A signature file as it stands on disk: one spelling for one list. */
export function encodeSignatureFile(list: SignatureFile): Uint8Array {
  const entries = list.map(({ keyid, alg, sig }) => JSON.stringify({ keyid, alg, sig }));
  return Buffer.from(entries.length === 0 ? "[]\n" : `[\n${entries.join(",\n")}\n]\n`);
}

/**
 * The signatures in a signature file: the list, or the bare signature of 64 bytes that the first format had (raw, base64 or hex),
 * which names no key.
 */
export function readSignatureFile(
  bytes: Uint8Array,
): { list: SignatureFile } | { bare: Uint8Array } | { problem: string } {
  const bare = bareSignature(bytes);
  if (bare !== undefined) return { bare };
  const parsed = parseSignatureList(bytes);
  if ("problem" in parsed) return parsed;
  if (new Set(parsed.list.map(({ keyid }) => keyid)).size < parsed.list.length)
    return { problem: "has two signatures of one key" };
  // One spelling: nobody can change a byte of it without its being seen.
  if (Buffer.compare(encodeSignatureFile(parsed.list), bytes) !== 0)
    return { problem: "is not written in the one way" };
  return parsed;
}

function bareSignature(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length === 64) return bytes;
  if (bytes.length < 88 || bytes.length > 130) return undefined;
  const text = Buffer.from(bytes)
    .toString("latin1")
    .replace(/\r?\n$/, "");
  const decoded = /^[0-9a-f]{128}$/.test(text) ? fromHex(text) : fromBase64(text);
  return decoded?.length === 64 ? decoded : undefined;
}

/** What is signed of a file: its SHA-256. */
export function signedDigest(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

export interface SignatureQuestion {
  readonly file: SignedFileName;
  readonly role: RoleName;
  /** Whose keys count. */
  readonly root: Root;
}

/**
 * Whether enough different keys of the role signed the raw bytes. Signatures of other keys, and wrong ones, do not count and do not
 * harm (TUF 4.2.1): a root in rotation carries those of both roles.
 */
export function checkSignatures(signed: SignedFile, { file, role, root }: SignatureQuestion): TrustRefusal | undefined {
  const length = signed.signature.length;
  if (length > SIGNATURE_BYTES_MAX)
    return { reason: "too-large", file: "signature", length, limit: SIGNATURE_BYTES_MAX };
  const read = readSignatureFile(signed.signature);
  if ("problem" in read) return { reason: "signature-malformed", file, message: read.problem };
  const digest = signedDigest(signed.bytes);
  const { keyids, threshold } = root.roles[role];
  const good = keyids.filter((keyid) => {
    const publicKey = fromHex(root.keys[keyid]?.public ?? "");
    const signature = "bare" in read ? read.bare : signatureOf(read.list, keyid);
    return publicKey !== undefined && signature !== undefined && verify(digest, signature, publicKey);
  });
  return good.length >= threshold
    ? undefined
    : { reason: "threshold-not-met", file, role, valid: good.length, threshold };
}

function signatureOf(list: SignatureFile, keyid: string): Uint8Array | undefined {
  const found = list.find((entry: KeySignature) => entry.keyid === keyid);
  return found === undefined ? undefined : fromHex(found.sig);
}

/** Size, then signatures over the raw bytes, and only then the bytes are read. */
export function openSigned<T>(
  signed: SignedFile,
  kind: FileKind<T>,
  { role, root }: { readonly role: RoleName; readonly root: Root },
): Verdict<T, TrustRefusal> {
  const length = signed.bytes.length;
  const limit = kind.bytesMax;
  if (length > limit) return { refused: { reason: "too-large", file: kind.name, length, limit } };
  const refused = checkSignatures(signed, { file: kind.name, role, root });
  return refused === undefined ? kind.parse(signed.bytes) : { refused };
}
