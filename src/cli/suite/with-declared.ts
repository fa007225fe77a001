import { join } from "node:path";
import type { CaseResult } from "../../scenarios/case-result.ts";
import { declaredBy } from "../../scenarios/run/settle.ts";

/** The result with what its scenario declares: a worker that hangs or dies takes that with it. */
export async function withDeclared(result: CaseResult, corpus: string): Promise<CaseResult> {
  const { outcome, name } = result;
  if (outcome.type !== "failed" || (outcome.code !== "SUBJECT_HUNG" && outcome.code !== "SUBJECT_CRASHED"))
    return result;
  const { loadScenario } = await import("../../scenarios/scenario.ts");
  return { ...result, ...declaredBy((await loadScenario(corpus, join(corpus, name))).settings) };
}
