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
    const hint = thrown.hint === undefined ? "" : `\n  ${thrown.hint}`;
    const cause = causeOf(thrown);
    const trace = debug && thrown.stack !== undefined ? `\n${thrown.stack}` : "";
    return { exit: EXIT_OF_ERROR[thrown.code], words: `error: ${placed(thrown)}${cause}${hint}${trace}` };
  }
  if (isUsage(thrown)) return { exit: EXIT.usage, words: `error: ${usageWords(thrown.message)}` };
  if (isNowhere(thrown))
    return { exit: EXIT.usage, words: "error: the folder that it was started in is gone\n  go to another one" };
  if (isAbort(thrown)) return { exit: EXIT.aborted, words: "aborted" };
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return {
    exit: EXIT.bug,
    words: `bug in fieldtape: ${stack}\n  Please report this with the command that you ran; nothing that was recorded is lost.`,
  };
}

/** The message behind its place, which is named once, wherever the message names it itself. */
function placed({ message, file, line }: FieldtapeError): string {
  if (file === undefined) return message;
  const place = line === undefined ? file : `${file}:${line}`;
  for (const named of [place, file]) {
    const rest = message.startsWith(named) ? message.slice(named.length) : "";
    if (/^[: ]/.test(rest)) return `${place}${rest}`;
  }
  return `${place}: ${message}`;
}

/** Without what oclif says of flags in general: ours never take an argument for a value, and the help is named behind. */
function usageWords(message: string): string {
  return message
    .replace(/\n\nNote: [^\n]+ allows? multiple values\.[^\n]*\n[^\n]*"--"[^\n]*/, "")
    .replace(/\nSee more help with --help/, "")
    .trim();
}

/** The message underneath, unless ours already says it. */
function causeOf(error: FieldtapeError): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return "";
  const told = systemCode(cause) ?? cause.message;
  return error.message.includes(told) || error.message.includes(cause.message) ? "" : ` (${told})`;
}

/** oclif marks what the user typed wrong with an `oclif` member. */
function isUsage(thrown: unknown): thrown is Error {
  return thrown instanceof Error && "oclif" in thrown;
}

/** Whoever has no working folder cannot even ask for it. */
function isNowhere(thrown: unknown): boolean {
  return thrown instanceof Error && "syscall" in thrown && thrown.syscall === "uv_cwd";
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "AbortError";
}
