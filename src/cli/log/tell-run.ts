import process from "node:process";
import { FieldtapeError } from "../../errors.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { failure } from "../failure.ts";
import { stripCommand } from "../secrets/strip-command.ts";
import { versions } from "../version.ts";
import type { RunLog } from "./run-log.ts";

/** A run of a command, as its log tells of it. What a person waits for beside the terminal is told with `debug` only: he has read it there. */
export interface LoggedRun {
  readonly log: RunLog;
  readonly longRunning: boolean;
}

export function logBegun({ log, longRunning }: LoggedRun, command: string, argv: readonly string[]): void {
  const facts = {
    command: [...command.split(":"), ...stripCommand(argv)],
    folder: process.cwd(),
    versions: versions(),
  };
  log[longRunning ? "info" : "debug"]("begun", facts);
}

export function logEnded({ log, longRunning }: LoggedRun, exit: ExitCode): void {
  log[longRunning ? "info" : "debug"]("ended", { exit, seconds: Math.round(process.uptime() * 1e3) / 1e3 });
}

export function logFailed({ log, longRunning }: LoggedRun, thrown: unknown): void {
  const { exit, words } = failure(thrown, false);
  const level = exit === EXIT.bug ? "error" : longRunning ? (exit === EXIT.aborted ? "info" : "error") : "debug";
  const code = thrown instanceof FieldtapeError ? thrown.code : undefined;
  log[level]("failed", { exit, code, words });
}
