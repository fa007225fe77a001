import { type Nanos, seconds } from "../time/nanos.ts";

/** What a subject in another process may take; the configuration can set these for each. */
export interface ProcessLimits {
  /** For so long it may say nothing while it owes an answer. */
  readonly silence: Nanos;
  /** So long one answer may take in all, signs of life included. */
  readonly answer: Nanos;
  /** Resident memory of the process and what it started, in bytes. */
  readonly memory: number;
}

export const PROCESS_LIMITS: ProcessLimits = {
  silence: seconds(10),
  answer: seconds(60),
  memory: 512 * 1024 * 1024,
};

/** Answers to one `advance`, and the bytes of their lines. */
export const ANSWERS_MAX = 100_000;
export const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
/** Log for one `advance`. */
export const LOG_BYTES_MAX = 16 * 1024 * 1024;
/** All state of a subject, as base64; a line holds a piece of it. */
export const STATE_MAX = 64 * 1024 * 1024;
export const STATE_PIECE = 512 * 1024;
