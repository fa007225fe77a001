import { readFile } from "node:fs/promises";
import type { SignatureCheck } from "../../bundle/unpack.ts";
import { fromHex } from "../../bytes/hex.ts";
import { FieldtapeError } from "../../errors.ts";
import { verify } from "../../ota/release/ed25519.ts";
import { readKnownKey } from "../../ota/release/key-file.ts";
import { encodeSignatureFile, readSignatureFile, signedDigest } from "../../ota/release/signature-check.ts";
import type { SignatureFile } from "../../ota/release/signature-file.ts";
import { addSignatures } from "../../ota/release/signing.ts";
import { signingKeys } from "../ota/signing-keys.ts";
import { loadSecrets } from "../secrets/secrets.ts";
import { readPrivately } from "../secrets/secrets-file.ts";

/** Signs a manifest with the keys in these files, as releases are signed; a bundle's manifest says that it is one. @throws those of `unlockKey` */
export async function bundleSigner(
  files: readonly string[],
): Promise<((manifest: Uint8Array) => Uint8Array) | undefined> {
  if (files.length === 0) return undefined;
  const keys = await signingKeys(files, undefined);
  return (manifest) => encodeSignatureFile(addSignatures(manifest, keys, []));
}

/** Accepts a manifest that one of these keys has signed. @throws those of `readKnownKey` */
export async function signatureCheck(files: readonly string[]): Promise<SignatureCheck | undefined> {
  if (files.length === 0) return undefined;
  const trusted = await Promise.all(files.map(readKnownKey));
  return (manifest, signature) => {
    const digest = signedDigest(manifest);
    const isSigned = trusted.some(({ keyid, key }) => {
      const made = fromHex(signaturesIn(signature).find((one) => one.keyid === keyid)?.sig ?? "");
      const known = fromHex(key.public);
      return made !== undefined && known !== undefined && verify(digest, made, known);
    });
    if (isSigned) return;
    const why = signature === undefined ? "it is not signed" : "none of these keys has signed it";
    throw new FieldtapeError("INPUT_MALFORMED", `it is not to be trusted: ${why}; nothing of it was opened`);
  };
}

/** The ids of the keys that a bundle is said to be signed with. Nothing was verified. */
export function signersNamed(signature: Uint8Array | undefined): readonly string[] {
  return signaturesIn(signature).map(({ keyid }) => keyid);
}

function signaturesIn(signature: Uint8Array | undefined): SignatureFile {
  if (signature === undefined) return [];
  const read = readSignatureFile(signature);
  return "list" in read ? read.list : [];
}

const IDENTITY = /^AGE-SECRET-KEY-1[0-9A-Z]+$/;

/**
 * What decrypts a bundle: the identities in a file that nobody else can read, else the one among the secrets.
 *
 * @throws FieldtapeError INPUT_MISSING, CONFIG_INVALID when others can read it, USAGE when none is in it. No message tells one.
 */
export async function identitiesOf(file: string | undefined): Promise<readonly string[]> {
  if (file === undefined) {
    const { supportIdentity } = await loadSecrets();
    return supportIdentity === undefined ? [] : [supportIdentity];
  }
  const text = await readPrivately(file);
  if (text === undefined) throw new FieldtapeError("INPUT_MISSING", "there is no such file", { file });
  const identities = meant(text).filter((line) => IDENTITY.test(line));
  if (identities.length > 0) return identities;
  throw new FieldtapeError("USAGE", "has no identity in it", { file, hint: "it begins with AGE-SECRET-KEY-1" });
}

/** Recipients: each given as it is, or in a file, one a line. @throws FieldtapeError INPUT_MISSING, USAGE */
export async function recipientsOf(given: readonly string[]): Promise<readonly string[]> {
  const lists = await Promise.all(given.map(async (one) => (one.startsWith("age1") ? [one] : recipientsIn(one))));
  return [...new Set(lists.flat())];
}

async function recipientsIn(file: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new FieldtapeError("INPUT_MISSING", "is no recipient, and no file with recipients", { file, cause });
  }
  const recipients = meant(text);
  if (recipients.length === 0) throw new FieldtapeError("USAGE", "has no recipient in it", { file });
  return recipients;
}

/** Lines without those that are empty or a comment. */
function meant(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
