import { type CaseOutcome, type CaseResult, verdict } from "../case-result.ts";
import type { ScenarioFile } from "../schema.ts";
import type { Canary, Declared } from "./declared.ts";

export function declaredBy({ canary, quarantine }: ScenarioFile): Declared {
  return { ...(canary === undefined ? {} : { canary }), ...(quarantine === undefined ? {} : { quarantine }) };
}

/** What is known of a run as a whole when its results are settled. */
export interface Settling {
  /** As `2026-12-31`. */
  readonly today: string;
  /** Whether cases were repeated: only then can one that must be unstable show it. */
  readonly repeated: boolean;
}

/** The result of a case in the light of what its scenario declares. */
export function settle(result: CaseResult, { today, repeated }: Settling): CaseResult {
  const { canary, quarantine, ...bare } = result;
  if (canary !== undefined) {
    const asked = canary !== "unstable" || repeated;
    const outcome: CaseOutcome =
      !asked || sings(canary, result.outcome)
        ? { type: "passed" }
        : { type: "untrusted", canary, was: verdict(result.outcome) };
    return { ...bare, outcome };
  }
  if (quarantine === undefined || result.outcome.type === "passed") return bare;
  return { ...bare, quarantine: { ...quarantine, expired: today > quarantine.until } };
}

/** Whether a canary does what it is there for. */
function sings(canary: Canary, outcome: CaseOutcome): boolean {
  switch (canary) {
    case "fails":
      return outcome.type === "different" || outcome.type === "unmet" || outcome.type === "broken";
    case "hangs":
      return outcome.type === "failed" && outcome.code === "SUBJECT_HUNG";
    case "crashes":
      return outcome.type === "failed" && outcome.code === "SUBJECT_CRASHED";
    case "unstable":
      return outcome.type === "unstable";
  }
}
