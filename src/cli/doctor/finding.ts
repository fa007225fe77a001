/** `note`: nothing is wrong, and something would be possible that is not. */
export type Verdict = "ok" | "note" | "warning" | "problem";

/** One thing that the doctor looked at. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly about: string;
  readonly verdict: Verdict;
  /** What was found. */
  readonly words: string;
  /** What to do about it. */
  readonly advice?: string;
}

export const ok = (about: string, words: string): Finding => ({ about, verdict: "ok", words });
export const note = (about: string, words: string, advice?: string): Finding => finding("note", about, words, advice);
export const warning = (about: string, words: string, advice: string): Finding =>
  finding("warning", about, words, advice);
export const problem = (about: string, words: string, advice?: string): Finding =>
  finding("problem", about, words, advice);

function finding(verdict: Verdict, about: string, words: string, advice: string | undefined): Finding {
  return { about, verdict, words, ...(advice === undefined ? {} : { advice }) };
}
