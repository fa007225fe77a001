import { openSync } from "node:fs";
import process from "node:process";
import { ReadStream, type WriteStream } from "node:tty";
import { FieldtapeError } from "../../errors.ts";

/** Where a screen is shown, and where its keys come from. */
export interface Terminal {
  readonly stdout: WriteStream;
  readonly stdin: ReadStream;
  readonly colors: boolean;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Below this nothing is readable; a terminal that tells no size has the classic one. */
const SMALLEST: TerminalSize = { columns: 40, rows: 12 };
const CLASSIC: TerminalSize = { columns: 80, rows: 24 };

/** @throws FieldtapeError USAGE where this process has none that a screen could be shown on */
export function requireTerminal(): void {
  const { stdin, stdout, env } = process;
  if (!stdout.isTTY || env["TERM"] === "dumb") throw noTerminal();
  if (!stdin.isTTY) controllingTerminal().destroy();
}

/**
 * The terminal of this process. Where standard input carries data, keys come from the terminal itself.
 *
 * @throws FieldtapeError USAGE when there is none
 */
export function openTerminal(): Terminal {
  const { stdin, stdout, env } = process;
  if (!stdout.isTTY || env["TERM"] === "dumb") throw noTerminal();
  return { stdout, stdin: stdin.isTTY ? stdin : controllingTerminal(), colors: !env["NO_COLOR"] };
}

export function sizeOf({ columns, rows }: Partial<TerminalSize>): TerminalSize {
  return {
    columns: Math.max(SMALLEST.columns, columns || CLASSIC.columns),
    rows: Math.max(SMALLEST.rows, rows || CLASSIC.rows),
  };
}

function controllingTerminal(): ReadStream {
  try {
    return new ReadStream(openSync("/dev/tty", "r"));
  } catch {
    throw noTerminal();
  }
}

function noTerminal(): FieldtapeError {
  return new FieldtapeError("USAGE", "--ui needs a terminal", {
    hint: "leave it out: the plain command does the same",
  });
}
