import type { ErrorCode } from "../errors.ts";

/** What a program reads of a run. The README shows the same table. */
export const EXIT = {
  ok: 0,
  /** A regression, a difference, damage found, a refused or rolled-back update. */
  different: 1,
  /** Wrong usage, configuration or malformed input. */
  usage: 2,
  /** The outside failed: port, network, disk. */
  outside: 3,
  /** Two runs of the same thing differ. */
  unstable: 4,
  /** The subject crashed or hung. */
  subject: 5,
  /** Missing shard, case or golden; cannot be reproduced. */
  incomplete: 6,
  /** A bug in fieldtape. */
  bug: 70,
  /** Aborted by the user. */
  aborted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Several in one run: the first of these that happened. */
const PRECEDENCE: readonly ExitCode[] = [70, 130, 2, 3, 6, 5, 4, 1, 0];

export function worst(codes: Iterable<ExitCode>): ExitCode {
  const happened = new Set(codes);
  return PRECEDENCE.find((code) => happened.has(code)) ?? EXIT.ok;
}

export const EXIT_OF_ERROR: Readonly<Record<ErrorCode, ExitCode>> = {
  USAGE: EXIT.usage,
  CONFIG_INVALID: EXIT.usage,
  OPTIONS_INVALID: EXIT.usage,
  SUBJECT_UNKNOWN: EXIT.usage,
  PREDICATE_INVALID: EXIT.usage,
  SCENARIO_INVALID: EXIT.usage,
  INPUT_MISSING: EXIT.usage,
  INPUT_MALFORMED: EXIT.usage,
  TAPE_MALFORMED: EXIT.usage,
  TAPE_UNSUPPORTED: EXIT.usage,
  LIMIT_EXCEEDED: EXIT.usage,
  OUTPUT_EXISTS: EXIT.usage,
  INPUT_UNREADABLE: EXIT.outside,
  OUTPUT_FAILED: EXIT.outside,
  DISK_FULL: EXIT.outside,
  LINK_OPEN_FAILED: EXIT.outside,
  LINK_LOST: EXIT.outside,
  SUBJECT_CRASHED: EXIT.subject,
  SUBJECT_HUNG: EXIT.subject,
  INCOMPLETE: EXIT.incomplete,
  ABORTED: EXIT.aborted,
};
