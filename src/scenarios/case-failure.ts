import { type ErrorCode, FieldtapeError } from "../errors.ts";
import { caseName } from "./case-folder.ts";
import { failed } from "./run-case.ts";

/** A case that could not be read or played, and why. */
export interface CaseFailure {
  readonly name: string;
  readonly code: ErrorCode;
  readonly words: string;
}

/** Does something with one case of many: what fails in it is told, and the others go on. Only a bug in fieldtape throws. */
export async function attempt<T>(
  corpus: string,
  folder: string,
  work: () => Promise<T>,
): Promise<{ readonly done: T } | { readonly failure: CaseFailure }> {
  try {
    return { done: await work() };
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError) || thrown.code === "ABORTED") throw thrown;
    const { code, words } = failed(thrown, corpus);
    return { failure: { name: caseName(corpus, folder), code, words } };
  }
}
