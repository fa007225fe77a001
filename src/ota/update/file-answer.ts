import type { FileAnswer, FolderEntry } from "./durable-fs.ts";

/** The code of the operation that failed, if one did: it is the last that was tried. */
export function failureOf(answers: readonly FileAnswer[]): string | undefined {
  const last = answers.at(-1);
  return last !== undefined && "failed" in last ? last.failed : undefined;
}

/** What stands in a file; `undefined`: nothing, or it was not read. */
export function textOf(answer: FileAnswer | undefined): string | undefined {
  return answer !== undefined && "ok" in answer && answer.ok === "text" ? answer.text : undefined;
}

/** What stands in a folder. */
export function entriesOf(answer: FileAnswer | undefined): readonly FolderEntry[] {
  return answer !== undefined && "ok" in answer && answer.ok === "entries" ? answer.entries : [];
}

/** Digest and size of a file; `undefined`: there is none, or it was not read. */
export function digestOf(
  answer: FileAnswer | undefined,
): { readonly sha256: string; readonly size: number } | undefined {
  return answer !== undefined && "ok" in answer && answer.ok === "digest" ? answer.digest : undefined;
}
