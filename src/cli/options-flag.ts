import { readFile } from "node:fs/promises";
import type { Json } from "../bytes/json.ts";
import { FieldtapeError, systemCode } from "../errors.ts";

const SIZE_MAX = 1024 * 1024;

/**
 * What `--options` says: JSON, or `@FILE` with JSON in it.
 *
 * @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE, OPTIONS_INVALID
 */
export async function parseOptionsFlag(text: string): Promise<Json> {
  const file = text.startsWith("@") ? text.slice(1) : undefined;
  const json = file === undefined ? text : await readText(file);
  const where = file === undefined ? {} : { file };
  if (json.length > SIZE_MAX) throw new FieldtapeError("OPTIONS_INVALID", "options are larger than 1 MiB", where);
  try {
    return JSON.parse(json);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FieldtapeError("OPTIONS_INVALID", `the options are no JSON: ${why}`, {
      ...where,
      cause,
      hint: "as in --options '{\"maximum\":1024}', or --options @FILE",
    });
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const code = systemCode(cause) === "ENOENT" ? "INPUT_MISSING" : "INPUT_UNREADABLE";
    throw new FieldtapeError(code, "cannot read the options", { file, cause });
  }
}
