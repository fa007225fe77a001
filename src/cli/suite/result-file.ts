import { mkdir, readFile, stat } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { FieldtapeError, systemCode } from "../../errors.ts";
import type { CaseResult } from "../../scenarios/case-result.ts";
import { type RunResult, runResultText } from "../../scenarios/run/run-result.ts";
import { parseRunResult } from "../../scenarios/run/schema.ts";

const SIZE_MAX = 512 * 1024 * 1024;

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

/** @throws FieldtapeError INCOMPLETE when it is not there; INPUT_MALFORMED when it is no result of a run */
export async function readRunResult(path: string): Promise<RunResult> {
  const parsed = parseRunResult(await readJson(path));
  if ("result" in parsed) return parsed.result;
  throw new FieldtapeError("INPUT_MALFORMED", `is no result of a run: ${parsed.problem}`, { file: path });
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > SIZE_MAX) throw new FieldtapeError("LIMIT_EXCEEDED", "is larger than 512 MiB", { file: path });
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof FieldtapeError) throw cause;
    if (systemCode(cause) === "ENOENT")
      throw new FieldtapeError("INCOMPLETE", "this part of the run is not there", { file: path, cause });
    throw new FieldtapeError("INPUT_UNREADABLE", "cannot read the result", { file: path, cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FieldtapeError("INPUT_MALFORMED", "is no JSON", { file: path, cause });
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
