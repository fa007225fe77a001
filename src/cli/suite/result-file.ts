import { mkdir } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { FieldtapeError } from "../../errors.ts";
import type { CaseResult } from "../../scenarios/case-result.ts";
import { type RunResult, runResultText } from "../../scenarios/run/run-result.ts";

/** @throws FieldtapeError OUTPUT_FAILED */
export async function writeRunResult(path: string, result: RunResult): Promise<void> {
  await writeReportFile(path, runResultText(result));
}

/** @throws FieldtapeError OUTPUT_FAILED */
export async function writeReportFile(path: string, text: string): Promise<void> {
  const place = resolve(path);
  try {
    await mkdir(dirname(place), { recursive: true });
    await writeFileAtomic(place, text);
  } catch (cause) {
    throw new FieldtapeError("OUTPUT_FAILED", "cannot write", { file: path, cause });
  }
}

/** A result with the places of files as seen from `folder`: the same on any machine. */
export function portable(result: CaseResult, folder: string): CaseResult {
  const { outcome } = result;
  const seen = (path: string): string => (isAbsolute(path) ? relative(folder, path).split(sep).join("/") : path);
  if (outcome.type === "new") return { ...result, outcome: { ...outcome, pending: seen(outcome.pending) } };
  if (outcome.type !== "different") return result;
  const differences = { ...outcome.differences, diff: seen(outcome.differences.diff) };
  return { ...result, outcome: { ...outcome, pending: seen(outcome.pending), differences } };
}
