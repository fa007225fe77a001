import { FieldtapeError } from "../../errors.ts";
import type { Clock } from "../../time/clock.ts";
import { ShownCommand } from "./shown-command.ts";

export interface DemoOptions {
  readonly folder: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Shows a line to the user. */
  readonly show: (line: string) => Promise<void>;
}

const LINES_SHOWN = 12;

/** Runs a command of this program where a user would, and shows what it says. */
export async function run(
  { folder, show, signal }: DemoOptions,
  expected: number,
  args: readonly string[],
): Promise<void> {
  await show(`\n$ ${commandLine(args)}`);
  const { code, stdout, stderr } = await new ShownCommand(args, folder, signal).result;
  signal.throwIfAborted();
  for (const line of [...excerpt(stdout), ...excerpt(stderr)]) await show(`  ${line}`);
  if (code !== expected) throw failed(args, code, stderr);
  await show(`  (exit ${code})\n`);
}

/** The first and last lines of a long output. */
export function excerpt(text: string): string[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length <= LINES_SHOWN) return lines;
  const half = LINES_SHOWN / 2;
  return [...lines.slice(0, half), `… ${lines.length - LINES_SHOWN} more lines …`, ...lines.slice(-half)];
}

export function commandLine(args: readonly string[]): string {
  return ["fieldtape", ...args.map((arg) => (/[^\w./:=-]/.test(arg) ? `'${arg}'` : arg))].join(" ");
}

export function failed(args: readonly string[], code: number | null, stderr: string): FieldtapeError {
  return new FieldtapeError("SUBJECT_CRASHED", `the demo's ${commandLine(args)} ended with exit ${code}\n${stderr}`);
}
