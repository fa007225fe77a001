import type { CaseResult } from "../case-result.ts";
import { together } from "../coverage/coverage.ts";
import { clustersOf } from "../differences/cluster.ts";

/** A run as one JSON value for programs: counts, causes, what all cases together reach, and every case. */
export function jsonReport(results: readonly CaseResult[]): string {
  const differing = results.flatMap(({ name, outcome }) =>
    outcome.type === "different" ? [{ name, differences: outcome.differences }] : [],
  );
  const passed = results.filter(({ outcome }) => outcome.type === "passed").length;
  const report = {
    format: "fieldtape-report",
    version: 1,
    cases: results.length,
    passed,
    clusters: clustersOf(differing),
    coverage: together(results.flatMap(({ coverage }) => coverage ?? [])),
    results,
  };
  return `${JSON.stringify(report)}\n`;
}
