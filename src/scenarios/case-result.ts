import type { ErrorCode } from "../errors.ts";
import type { Coverage } from "./coverage/coverage.ts";
import type { CaseDifferences } from "./differences/case-differences.ts";
import type { RelationName } from "./relations/schema.ts";
import type { Canary, Quarantine } from "./run/declared.ts";

/** What became of one case, as data that crosses threads and ends up in reports. */
export interface CaseResult {
  readonly name: string;
  readonly outcome: CaseOutcome;
  /** Records fed and said: what a person needs to believe that something was tested. */
  readonly fed: number;
  readonly said: number;
  /** What it reached; absent where it could not be played. */
  readonly coverage?: Coverage;
  /** As the scenario declares them; `settle` takes them into account. */
  readonly canary?: Canary;
  /** Somebody knows of it. It does not count unless that is `expired`. */
  readonly quarantine?: Quarantine & { readonly expired?: boolean };
}

export type CaseOutcome =
  | { readonly type: "passed" }
  /** The subject said something else than the golden. `words`: the first divergence. `pending`: the whole of what it said. */
  | {
      readonly type: "different";
      readonly words: string;
      readonly pending: string;
      readonly differences: CaseDifferences;
    }
  /** What the scenario expects is not true of what the subject said, whatever its golden holds. */
  | { readonly type: "unmet"; readonly unmet: readonly Unmet[] }
  /** It passed, and says something else when it is played in a way that must not matter. `words`: the first divergence. */
  | { readonly type: "broken"; readonly relation: RelationName; readonly words: string }
  /** There is no golden yet. */
  | { readonly type: "new"; readonly pending: string }
  /** A golden whose scenario is gone. */
  | { readonly type: "orphan"; readonly folder: string }
  /** The tape has gaps and nobody says why that is right. */
  | { readonly type: "unexplained"; readonly gaps: number }
  /** Two runs of the case differ. `words`: the first divergence between them. */
  | { readonly type: "unstable"; readonly words: string }
  /** A case that must fail does not: nothing that this run says can be believed. `was`: its verdict. */
  | { readonly type: "untrusted"; readonly canary: Canary; readonly was: string }
  /** It could not be run: a broken scenario or tape, or a subject that crashed or hung. */
  | { readonly type: "failed"; readonly code: ErrorCode; readonly words: string };

/** An expectation that is not met. */
export type Unmet = {
  /** Where it stands in scenario.yaml: `expect[2]`. */
  readonly key: string;
  readonly why: string;
  /** The record that broke it, as its line; absent: there was none. */
  readonly record?: string;
};

/** One word for each outcome: what a line of the report begins with. */
export function verdict(outcome: CaseOutcome): string {
  if (outcome.type !== "failed") return outcome.type;
  switch (outcome.code) {
    case "SUBJECT_CRASHED":
      return "crashed";
    case "SUBJECT_HUNG":
      return "hung";
    case "INCOMPLETE":
      return "incomplete";
    default:
      return "invalid";
  }
}
