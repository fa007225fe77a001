import type { ReviewView } from "../../../src/cli/screens/review-view.ts";
import { NOTHING_DECIDED } from "../../../src/scenarios/review/decisions.ts";
import { sampleRun } from "../../scenarios/report/sample-run.ts";

/** A review of so many causes, each with so many cases, of which nothing is decided. */
export function reviewOf(causes: number, cases = 3): ReviewView {
  const [cluster] = sampleRun().clusters;
  if (cluster === undefined) throw new Error("the sample has a cause");
  const names = Array.from({ length: cases }, (_, index) => `modbus/case-${index}`);
  return {
    size: { columns: 80, rows: 24 },
    clusters: Array.from({ length: causes }, (_, index) => ({
      ...cluster,
      id: `cause${index}`,
      signature: `modbus-session state value.member${index} changed: # → "#"`,
      cases: names,
    })),
    decisions: NOTHING_DECIDED,
    level: "causes",
    cause: 0,
    top: 0,
    prompt: undefined,
    leaving: false,
    message: undefined,
    help: false,
  };
}
