/**
 * Everything that can go wrong outside fieldtape, as a closed list. `cli/exit.ts` gives each its exit code.
 * A refusal inside a machine is a value (`{ type: "fault" }`), never one of these; a bug is an `assert`.
 */
export const ERROR_CODES = [
  // wrong usage, configuration or malformed input
  "USAGE",
  "CONFIG_INVALID",
  "OPTIONS_INVALID",
  "SUBJECT_UNKNOWN",
  "PREDICATE_INVALID",
  "SCENARIO_INVALID",
  "INPUT_MISSING",
  "INPUT_MALFORMED",
  "TAPE_MALFORMED",
  "TAPE_UNSUPPORTED",
  "LIMIT_EXCEEDED",
  "OUTPUT_EXISTS",
  // the outside failed
  "INPUT_UNREADABLE",
  "OUTPUT_FAILED",
  "DISK_FULL",
  "LINK_OPEN_FAILED",
  "LINK_LOST",
  // the subject failed
  "SUBJECT_CRASHED",
  "SUBJECT_HUNG",
  // something that should be there is not
  "INCOMPLETE",
  // the user stopped it
  "ABORTED",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export interface FieldtapeErrorOptions {
  /** What went wrong underneath. */
  readonly cause?: unknown;
  /** What the reader can do about it, as a sentence. */
  readonly hint?: string;
  /** Where: a file, and the line in it where that is known. */
  readonly file?: string;
  readonly line?: number;
}

/** A failure that a person can act on: what is wrong, where, and what to do. */
export class FieldtapeError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;

  constructor(code: ErrorCode, message: string, options: FieldtapeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "FieldtapeError";
    this.code = code;
    this.hint = options.hint;
    this.file = options.file;
    this.line = options.line;
  }
}

/** Ends every switch over a union: the compiler refuses a case that was forgotten. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}

/** A claim that only a bug in fieldtape can break. */
export function assert(claim: boolean, message: string): asserts claim {
  if (!claim) throw new Error(`bug in fieldtape: ${message}`);
}

/** The system's error code (`ENOENT`, `EADDRINUSE`, …) of a caught value, if it carries one. */
export function systemCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}
