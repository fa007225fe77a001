import { sha256Hex } from "../../bytes/sha256.ts";
import type { ReleaseState } from "./schema.ts";
import { RELEASE_STEPS, type ReleaseStep } from "./step-names.ts";

/** Why a step is done, or is not. */
export type StepAction = "run" | "keep" | "skip";

export interface PlanRequest {
  /** What each step depends on, besides the steps before it. */
  readonly inputs: Readonly<Record<ReleaseStep, unknown>>;
  /** What was done, and is still as it was left. */
  readonly done: ReleaseState["steps"];
  /** The first step to be done again whatever was done; absent: none. */
  readonly from: ReleaseStep | undefined;
  readonly skip: ReadonlySet<ReleaseStep>;
}

export interface PlannedStep {
  readonly step: ReleaseStep;
  readonly action: StepAction;
  /** Of everything that the step depends on: its own inputs and those of the steps before it. */
  readonly key: string;
}

/**
 * What is to be done. A step is kept if it was done with the same inputs, and so were all before it: what follows a step that is
 * done anew is done anew.
 */
export function planRelease({ inputs, done, from, skip }: PlanRequest): readonly PlannedStep[] {
  const first = from === undefined ? RELEASE_STEPS.length : RELEASE_STEPS.indexOf(from);
  let key = "";
  let keeping = true;
  return RELEASE_STEPS.map((step, index) => {
    key = sha256Hex(new TextEncoder().encode(JSON.stringify([key, step, inputs[step] ?? null])));
    if (skip.has(step)) return { step, action: "skip", key };
    keeping &&= index < first && done[step]?.key === key;
    return { step, action: keeping ? "keep" : "run", key };
  });
}
