import { verdict } from "../../scenarios/case-result.ts";
import type { RunResult } from "../../scenarios/run/run-result.ts";
import type { RunLog } from "./run-log.ts";

/** Cases named one by one: a corpus that fails as a whole has one reason. */
const NAMED_MAX = 100;

/** What came of a run: how many cases of each verdict, and which did not pass. */
export function logSuite(log: RunLog, { cases }: RunResult): void {
  const counts: Record<string, number> = {};
  for (const { outcome } of cases) counts[verdict(outcome)] = (counts[verdict(outcome)] ?? 0) + 1;
  log.info("suite", counts);
  for (const { name, outcome } of cases.filter((one) => one.outcome.type !== "passed").slice(0, NAMED_MAX)) {
    log.warn("case", { name, verdict: verdict(outcome), words: outcome.type === "failed" ? outcome.words : undefined });
  }
}
