import { rewriteTape } from "./rewrite-tape.ts";
import { exists, firstSegmentPath, segmentPath } from "./segments.ts";
import { headerOf } from "./source-header.ts";

export interface SealReport {
  readonly out: string;
  /** The segment after this one names the hash that this one ended with before: it has to be sealed next. */
  readonly sealNext: string | undefined;
}

/**
 * Rewrites a tape's hash lines, after an edit by hand. All other lines stay byte for byte as they are. Without `out` the tape is replaced in
 * one step.
 *
 * @throws FieldtapeError what `rewriteTape` throws
 */
export async function sealTape(
  path: string,
  options: { readonly out?: string; readonly force: boolean },
): Promise<SealReport> {
  await rewriteTape(path, options);
  const next = options.out === undefined ? await segmentAfter(path) : undefined;
  return { out: options.out ?? path, sealNext: next };
}

async function segmentAfter(path: string): Promise<string | undefined> {
  const { segment } = await headerOf(path);
  const next = segmentPath(firstSegmentPath(path), segment + 1);
  return (await exists(next)) ? next : undefined;
}
