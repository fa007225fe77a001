/** What a piece of text is; how that looks is decided in one place, with and without colours. */
export type Tone = "plain" | "quiet" | "strong" | "good" | "bad" | "note" | "accent" | "chosen";

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One line of a screen. Longer ones are cut where they are shown. */
export type Line = readonly Span[];

export const span = (text: string, tone: Tone = "plain"): Span => ({ text: oneLine(text), tone });
export const quiet = (text: string): Span => span(text, "quiet");
export const line = (...parts: readonly (string | Span)[]): Line =>
  parts.map((part) => (typeof part === "string" ? span(part) : part));

export const textOf = (spans: Line): string => spans.map(({ text }) => text).join("");

/** Names, labels and payloads come from strangers: nothing in them may move the cursor or turn the writing round. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}
