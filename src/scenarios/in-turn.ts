import { attempt, type CaseFailure } from "./case-failure.ts";
import type { FindSubject } from "./run-case.ts";

/** Cases that something is done with, one after another, in this thread. */
export interface CasesInTurn {
  readonly corpus: string;
  readonly folders: readonly string[];
  readonly findSubject: FindSubject;
  readonly signal: AbortSignal;
}

/**
 * What comes of each case. One that has nothing to say is passed over, one that cannot be read or played is told with the others; only a bug in
 * fieldtape throws.
 */
export async function* inTurn<T>(
  { corpus, folders }: CasesInTurn,
  work: (folder: string) => Promise<T | undefined>,
): AsyncGenerator<T | { readonly failure: CaseFailure }> {
  for (const folder of folders) {
    const tried = await attempt(corpus, folder, () => work(folder));
    if ("failure" in tried) yield tried;
    else if (tried.done !== undefined) yield tried.done;
  }
}
