import type { FileAnswer } from "../update/durable-fs.ts";

/** The system's code of the operation that failed, if one did. */
export function failureOf(answers: readonly FileAnswer[]): string | undefined {
  const failed = answers.find((answer) => "failed" in answer);
  return failed !== undefined && "failed" in failed ? failed.failed : undefined;
}

export function diskFailure(code: string): "disk-full" | "io-error" {
  return code === "ENOSPC" || code === "EDQUOT" ? "disk-full" : "io-error";
}
