import { FieldtapeError } from "../errors.ts";
import { type Position, parsePosition } from "../tape/position.ts";
import { compilePredicate, type Predicate } from "../tape/predicate.ts";
import { RATE_MAX, RATE_MIN } from "../time/playback-anchor.ts";

/** What a person tells a playback, typed as a line or as a key. */
export type StepCommand =
  | { readonly type: "step" | "back"; readonly count: number }
  | { readonly type: "play" | "pause" | "toggle" | "state" | "help" | "quit" }
  | { readonly type: "seek"; readonly position: Position }
  | { readonly type: "rate"; readonly rate: number }
  | { readonly type: "faster" | "slower" }
  /** No predicate: stop nowhere any more. */
  | { readonly type: "break"; readonly predicate: Predicate | undefined; readonly text: string };

export const STEP_HELP = `step [N]        the next record or deadline, or N of them (also an empty line)
back [N]        as if the last step had not been made
play            go on until a breakpoint or the end
seek POSITION   12.5s, +90ms, 2026-11-20T12:00:00Z, line:120 or mark:LABEL
break EXPR      stop after what matches; break alone: nowhere
rate N          times as fast as it was
state           what each machine said last about its state
quit`;

export const KEY_HELP = "space play/pause  → step  ← back  g go to  b break  + - rate  s state  q quit";

const COUNT_MAX = 1_000_000;

/** @throws FieldtapeError USAGE, PREDICATE_INVALID */
export function parseStepCommand(line: string): StepCommand {
  const [, word = "", rest = ""] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(line) ?? [];
  switch (word) {
    case "":
    case "n":
    case "step":
      return { type: "step", count: countOf(rest) };
    case "back":
      return { type: "back", count: countOf(rest) };
    case "c":
    case "continue":
    case "play":
      return { type: "play" };
    case "pause":
      return { type: "pause" };
    case "seek":
    case "goto":
      return { type: "seek", position: parsePosition(rest) };
    case "break":
      return { type: "break", predicate: rest === "" ? undefined : compilePredicate(rest), text: rest };
    case "rate":
      return { type: "rate", rate: rateOf(rest) };
    case "state":
      return { type: "state" };
    case "h":
    case "?":
    case "help":
      return { type: "help" };
    case "q":
    case "quit":
    case "exit":
      return { type: "quit" };
    default:
      throw new FieldtapeError("USAGE", `there is no command ${JSON.stringify(word)}`, { hint: "help lists them" });
  }
}

/** What a key means at once, or the word that it begins a line with. */
export function stepKey(key: string): StepCommand | { readonly type: "prompt"; readonly word: string } | undefined {
  switch (key) {
    case " ":
      return { type: "toggle" };
    case "\r":
    case "\n":
    case "n":
    case "\u001b[C":
      return { type: "step", count: 1 };
    case "\u007f":
    case "p":
    case "\u001b[D":
      return { type: "back", count: 1 };
    case "c":
      return { type: "play" };
    case "+":
    case "=":
      return { type: "faster" };
    case "-":
      return { type: "slower" };
    case "s":
      return { type: "state" };
    case "g":
      return { type: "prompt", word: "seek" };
    case "b":
      return { type: "prompt", word: "break" };
    case "h":
    case "?":
      return { type: "help" };
    case "q":
    case "\u0004":
      return { type: "quit" };
    default:
      return undefined;
  }
}

function countOf(text: string): number {
  const count = text === "" ? 1 : Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= COUNT_MAX) return count;
  throw new FieldtapeError("USAGE", `${JSON.stringify(text)} is no number of steps from 1 to ${COUNT_MAX}`);
}

function rateOf(text: string): number {
  const rate = text === "max" ? RATE_MAX : Number(text);
  if (text !== "" && rate >= RATE_MIN && rate <= RATE_MAX) return rate;
  throw new FieldtapeError("USAGE", `${JSON.stringify(text)} is no rate`, { hint: `from ${RATE_MIN} to ${RATE_MAX}` });
}
