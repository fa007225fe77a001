import { open, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { isEncrypted, MAGIC_BYTES } from "../../bundle/age.ts";
import { MANIFEST_FILE } from "../../bundle/bundle-manifest.ts";
import { type OpenBundle, type OpenBundleOptions, openBundle } from "../../bundle/open-bundle.ts";
import type { Json } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import { exists } from "../../tape/segments.ts";

/** A tape that a case is made from, with what a bundle says about it. */
export interface CaseSource extends AsyncDisposable {
  readonly tape: string;
  /** Absent: it does not lie in a bundle, or the bundle says nothing. */
  readonly subject?: string;
  readonly options?: Json;
  /** Where the bundle came from, in words. */
  readonly provenance?: string;
}

/**
 * The tape itself, or one of those in a bundle, which is opened for it.
 *
 * @throws FieldtapeError USAGE where it is not clear which tape is meant; those of `openBundle`
 */
export async function caseSource(
  path: string,
  wanted: string | undefined,
  options: () => Promise<OpenBundleOptions>,
): Promise<CaseSource> {
  if (!(await isBundle(path))) {
    if (wanted !== undefined)
      throw new FieldtapeError("USAGE", "--tape names one of a bundle, and this is none", { file: path });
    return { tape: path, [Symbol.asyncDispose]: async () => {} };
  }
  const bundle = await openBundle(path, await options());
  try {
    return { ...sourceIn(bundle, path, wanted), [Symbol.asyncDispose]: () => bundle[Symbol.asyncDispose]() };
  } catch (thrown) {
    await bundle[Symbol.asyncDispose]();
    throw thrown;
  }
}

function sourceIn({ folder, manifest }: OpenBundle, path: string, wanted: string | undefined) {
  const { tapes, subject, versions } = manifest;
  const chosen = tapes.filter((tape) => wanted === undefined || tape.path === wanted || basename(tape.path) === wanted);
  const [one] = chosen;
  if (one === undefined || chosen.length > 1) {
    const names = tapes.map((tape) => tape.path);
    const what = one === undefined ? "there is no such tape in it" : `it has ${tapes.length} tapes: which one?`;
    const hint = names.length === 0 ? "it holds no tape" : `--tape with one of: ${names.slice(0, 20).join(", ")}`;
    throw new FieldtapeError("USAGE", what, { file: path, hint });
  }
  const redacted = manifest.redaction === undefined ? "" : `, redacted with ${manifest.redaction}`;
  return {
    tape: join(folder, one.path),
    provenance: `${basename(one.path)} of the bundle ${basename(path)}, made by fieldtape ${versions.app}${redacted}`,
    ...(subject === undefined ? {} : { subject: subject.builtIn ?? subject.name, ...optionsOf(subject.options) }),
  };
}

/** Settings that say nothing are not worth a line in a scenario. */
function optionsOf(options: Json): { readonly options?: Json } {
  const isEmpty = typeof options === "object" && options !== null && Object.keys(options).length === 0;
  return isEmpty ? {} : { options };
}

const ZIP = "PK";

/** A zip, an encrypted file, or a folder with a manifest. What cannot be read at all is for whoever opens it to say. */
async function isBundle(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  if (status?.isDirectory() === true) return exists(join(path, MANIFEST_FILE));
  if (status?.isFile() !== true) return false;
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(new Uint8Array(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
  const head = buffer.subarray(0, bytesRead);
  return isEncrypted(head) || new TextDecoder("latin1").decode(head.subarray(0, 2)) === ZIP;
}
