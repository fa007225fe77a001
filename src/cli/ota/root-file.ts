import { FieldtapeError } from "../../errors.ts";
import { writeWhole } from "../../ota/release/atomic-file.ts";
import { readIfThere, readSmall } from "../../ota/release/input-file.ts";
import { ROOT_BYTES_MAX, SIGNATURE_BYTES_MAX } from "../../ota/release/limits.ts";
import { encodeSignatureFile, readSignatureFile } from "../../ota/release/signature-check.ts";
import type { SignatureFile, SignedFile } from "../../ota/release/signature-file.ts";
import { beginTrust, type Trust } from "../../ota/release/trust.ts";
import { refusalWords } from "./refusal-words.ts";

/** A root's signatures stand beside it: `1.root.json`, `1.root.json.sig`. */
const besides = (path: string): string => `${path}.sig`;

export interface RootFile {
  /** Trust that starts with this root. */
  readonly trust: Trust;
  readonly bytes: Uint8Array;
  /** Empty where there is no signature file. */
  readonly signatures: SignatureFile;
}

/**
 * A root that is trusted because the user names it.
 *
 * @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE, INPUT_MALFORMED, LIMIT_EXCEEDED
 */
export async function readRoot(path: string, now: bigint): Promise<RootFile> {
  const bytes = await readSmall(path, ROOT_BYTES_MAX);
  const begun = beginTrust({ root: bytes, memory: {}, now });
  if ("refused" in begun) throw new FieldtapeError("INPUT_MALFORMED", refusalWords(begun.refused), { file: path });
  const signature = await readIfThere(besides(path), SIGNATURE_BYTES_MAX);
  const read = signature === undefined ? { list: [] } : readSignatureFile(signature);
  if (!("list" in read)) {
    const message = "problem" in read ? read.problem : "is a bare signature; a root needs a list";
    throw new FieldtapeError("INPUT_MALFORMED", message, { file: besides(path) });
  }
  return { trust: begun.accepted, bytes, signatures: read.list };
}

/** The root as it is published; `undefined` while nobody has signed it. */
export function signedRoot({ bytes, signatures }: RootFile): SignedFile | undefined {
  return signatures.length === 0 ? undefined : { bytes, signature: encodeSignatureFile(signatures) };
}

/** @throws FieldtapeError OUTPUT_EXISTS, OUTPUT_FAILED, DISK_FULL */
export async function writeRoot(
  path: string,
  { bytes, signatures }: Pick<RootFile, "bytes" | "signatures">,
  force: boolean,
): Promise<void> {
  await writeWhole(path, bytes, { mode: 0o644, force });
  await writeWhole(besides(path), encodeSignatureFile(signatures), { mode: 0o644, force: true });
}
