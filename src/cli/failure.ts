import { FieldtapeError, systemCode } from "../errors.ts";
import { EXIT, EXIT_OF_ERROR, type ExitCode } from "./exit.ts";

/** What a person reads of a failed run, and what a program does. */
export interface Failure {
  readonly exit: ExitCode;
  /** Lines for stderr: what is wrong, where, and what to do. */
  readonly words: string;
}

/** Turns whatever was thrown into words. The only place where an error becomes text. */
export function failure(thrown: unknown, debug: boolean): Failure {
  if (thrown instanceof FieldtapeError) {
    const where =
      thrown.file === undefined ? "" : `${thrown.file}${thrown.line === undefined ? "" : `:${thrown.line}`}: `;
    const hint = thrown.hint === undefined ? "" : `\n  ${thrown.hint}`;
    const cause = causeOf(thrown);
    const trace = debug && thrown.stack !== undefined ? `\n${thrown.stack}` : "";
    return { exit: EXIT_OF_ERROR[thrown.code], words: `error: ${where}${thrown.message}${cause}${hint}${trace}` };
  }
  if (isUsage(thrown)) return { exit: EXIT.usage, words: `error: ${thrown.message.trim()}` };
  if (isAbort(thrown)) return { exit: EXIT.aborted, words: "aborted" };
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return {
    exit: EXIT.bug,
    words: `bug in fieldtape: ${stack}\n  Please report this with the command that you ran; nothing that was recorded is lost.`,
  };
}

/** The message underneath, unless ours already says it. */
function causeOf(error: FieldtapeError): string {
  const { cause } = error;
  if (!(cause instanceof Error) || error.message.includes(cause.message)) return "";
  return ` (${systemCode(cause) ?? cause.message})`;
}

/** oclif marks what the user typed wrong with an `oclif` member. */
function isUsage(thrown: unknown): thrown is Error {
  return thrown instanceof Error && "oclif" in thrown;
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "AbortError";
}
