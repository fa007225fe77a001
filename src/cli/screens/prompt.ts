import { type Line, quiet, span } from "./span.ts";

/** A line that is being typed. */
export interface Prompt<P extends string> {
  readonly asks: P;
  readonly text: string;
}

export type PromptOutcome<P extends string> =
  | { readonly type: "typing"; readonly prompt: Prompt<P> }
  | { readonly type: "done"; readonly text: string }
  | { readonly type: "left" };

const LENGTH_MAX = 1_000;

/** Takes one key. */
export function typed<P extends string>(prompt: Prompt<P>, key: string): PromptOutcome<P> {
  const { text } = prompt;
  if (key === "enter") return { type: "done", text: text.trim() };
  if (key === "escape" || key === "ctrl-c") return { type: "left" };
  if (key === "backspace") return { type: "typing", prompt: { ...prompt, text: [...text].slice(0, -1).join("") } };
  if (key === "ctrl-u") return { type: "typing", prompt: { ...prompt, text: "" } };
  const character = key === "space" ? " " : key;
  const isCharacter = [...character].length === 1;
  const longer = isCharacter && text.length < LENGTH_MAX ? text + character : text;
  return { type: "typing", prompt: { ...prompt, text: longer } };
}

/** `question text█  enter · escape`; of a long text the end is shown. */
export function promptLine(question: string, text: string, width: number): Line {
  const room = Math.max(10, width - question.length - 26);
  const shown = text.length > room ? `…${text.slice(1 - room)}` : text;
  return [span(`${question} `, "strong"), span(shown), span(" ", "chosen"), quiet("  enter: yes  escape: no")];
}
