import { readFile, stat } from "node:fs/promises";
import { FieldtapeError, systemCode } from "../../errors.ts";
import type { RunResult } from "../../scenarios/run/run-result.ts";
import { parseRunResult } from "../../scenarios/run/schema.ts";

const SIZE_MAX = 512 * 1024 * 1024;

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
