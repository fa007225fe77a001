import type { Outcome } from "../../bundle/bundle-manifest.ts";
import { plural } from "../plural.ts";

/** What came of playing a tape where a bundle was made. */
export function outcomeWords(outcome: Outcome): string {
  if (outcome.type === "said") {
    const faults = outcome.faults === 0 ? "" : `, ${plural(outcome.faults, "fault")} among them`;
    return `${plural(outcome.records, "record")} said${faults}`;
  }
  return outcome.type === "failed" ? `it failed: ${outcome.message}` : `it could not be played: ${outcome.message}`;
}
