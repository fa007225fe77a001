import { FieldtapeError } from "../../errors.ts";
import { AtomicFile } from "./atomic-file.ts";
import { fileChunks } from "./input-file.ts";
import { topPieces } from "./pack.ts";
import { type ReadPackage, readPackage } from "./package-reader.ts";
import type { Verdict } from "./refusal.ts";
import { MANIFEST_FILE } from "./schema.ts";
import { encodeSignatureFile, readSignatureFile } from "./signature-check.ts";
import type { SignatureFile } from "./signature-file.ts";
import { addSignatures, type SigningKey } from "./signing.ts";

export interface Signed {
  readonly content: ReadPackage;
  readonly signatures: SignatureFile;
}

/**
 * Adds signatures to a package and replaces it in one step. Whether the package is whole is checked first; whether other signatures
 * in it are good is not: they may be of keys that nobody here knows.
 *
 * @throws FieldtapeError INPUT_MALFORMED when its signature file cannot be added to; OUTPUT_FAILED, DISK_FULL
 */
export async function signPackage(path: string, keys: readonly SigningKey[]): Promise<Verdict<Signed>> {
  const content = await readPackage(fileChunks(path), { accept: ({ bytes }) => MANIFEST_FILE.parse(bytes) });
  if ("refused" in content) return content;
  const { bytes, signature } = content.accepted.signed;
  const before = readSignatureFile(signature);
  if (!("list" in before)) {
    const message = "problem" in before ? before.problem : "is a bare signature, which nothing can be added to";
    throw new FieldtapeError("INPUT_MALFORMED", `its signature file ${message}`, { file: path });
  }
  const signatures = addSignatures(bytes, keys, before.list);
  await using target = await AtomicFile.create(path, 0o644);
  for (const piece of topPieces(bytes, encodeSignatureFile(signatures))) await target.write(piece);
  const start = topPieces(bytes, signature).reduce((sum, piece) => sum + piece.length, 0);
  for await (const chunk of fileChunks(path, start)) await target.write(chunk);
  await target.commit();
  return { accepted: { content: content.accepted, signatures } };
}
