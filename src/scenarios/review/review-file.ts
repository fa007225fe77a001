import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { FieldtapeError, systemCode } from "../../errors.ts";
import { type Decision, type Decisions, NOTHING_DECIDED } from "./decisions.ts";
import { parseReviewFile, type ReviewFile } from "./schema.ts";

/**
 * What was rejected and noted in an earlier review; nothing, if there was none.
 *
 * @throws FieldtapeError INPUT_MALFORMED for a file that is none, INPUT_UNREADABLE
 */
export async function readReview(path: string): Promise<Decisions> {
  const text = await readText(path);
  if (text === undefined) return NOTHING_DECIDED;
  const file = parseReviewFile(parsed(text));
  if (file === undefined) {
    throw new FieldtapeError("INPUT_MALFORMED", "is no review that this version can read", {
      file: path,
      hint: "remove it to begin anew: it holds rejections and notes, never goldens",
    });
  }
  const rejected = Object.entries(file.rejected);
  return {
    ...NOTHING_DECIDED,
    decided: new Map(rejected.map(([cause, reason]): [string, Decision] => [cause, { type: "reject", reason }])),
    notes: new Map(Object.entries(file.notes)),
  };
}

/** Keeps rejections and notes for the next review. What was accepted stands in the goldens. */
export async function writeReview(path: string, { decided, notes }: Decisions): Promise<void> {
  const rejected = [...decided].filter(([, { type }]) => type === "reject");
  const file: ReviewFile = {
    format: "fieldtape-review",
    schema: 1,
    rejected: Object.fromEntries(rejected.map(([cause, { reason }]) => [cause, reason])),
    notes: Object.fromEntries(notes),
  };
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, `${JSON.stringify(file, undefined, 2)}\n`);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return undefined;
    throw new FieldtapeError("INPUT_UNREADABLE", "cannot read the review", { file: path, cause });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
