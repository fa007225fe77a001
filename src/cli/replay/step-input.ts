import process from "node:process";
import { FieldtapeError } from "../../errors.ts";
import { parseStepCommand, type StepCommand, stepKey } from "../../replayer/step-command.ts";
import { inputLines } from "../input-lines.ts";

/** A line of this length is no command. */
const LINE_MAX = 4096;

/** Commands as they come, or what is wrong with one. Ends with the input. */
export type StepInput = AsyncIterable<StepCommand | FieldtapeError>;

/** Commands from standard input, a line each. */
export async function* linesOfCommands(signal: AbortSignal): StepInput {
  for await (const line of inputLines(signal)) yield parsed(line);
}

/**
 * Keys of a terminal. Some ask for a line, which is echoed on stderr. Ctrl-C is thrown as ABORTED: in raw mode it is a key like
 * others. The terminal is put back when the reader stops.
 */
export async function* keysOfCommands(): StepInput {
  const { stdin, stderr } = process;
  let prompt: { readonly word: string; text: string } | undefined;
  stdin.setRawMode(true);
  try {
    for await (const chunk of stdin) {
      for (const key of keysIn(String(chunk))) {
        if (key === "\u0003") throw new FieldtapeError("ABORTED", "aborted");
        if (prompt === undefined) {
          const command = stepKey(key);
          if (command?.type === "prompt") {
            prompt = { word: command.word, text: "" };
            stderr.write(`${prompt.word} `);
          } else if (command !== undefined) yield command;
        } else if (key === "\r" || key === "\n") {
          stderr.write("\n");
          const line = `${prompt.word} ${prompt.text}`;
          prompt = undefined;
          yield parsed(line);
        } else if (key === "\u001b") {
          prompt = undefined;
          stderr.write("\n");
        } else if (key === "\u007f") {
          if (prompt.text !== "") stderr.write("\b \b");
          prompt.text = prompt.text.slice(0, -1);
        } else if (/^[\P{Cc}]$/u.test(key) && prompt.text.length < LINE_MAX) {
          prompt.text += key;
          stderr.write(key);
        }
      }
    }
  } finally {
    stdin.setRawMode(false);
  }
}

/** Keys that arrived together: an arrow is three characters. */
function keysIn(text: string): readonly string[] {
  return text.match(/\u001b\[[0-9;]*[A-Za-z~]|./gsu) ?? [];
}

function parsed(line: string): StepCommand | FieldtapeError {
  try {
    return parseStepCommand(line.slice(0, LINE_MAX));
  } catch (thrown) {
    if (thrown instanceof FieldtapeError) return thrown;
    throw thrown;
  }
}
