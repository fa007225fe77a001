import type { CaseFailure } from "../case-failure.ts";
import { checkExpectations } from "../expectations/check-expectations.ts";
import { compareWithGolden, hasGolden } from "../golden.ts";
import { canonicalise } from "../goldens/canonical.ts";
import { type CasesInTurn, inTurn } from "../in-turn.ts";
import { play } from "../play.ts";
import type { FindSubject } from "../run-case.ts";
import { loadScenario, type Scenario } from "../scenario.ts";
import { mutations } from "./mutations.ts";

/** How much a case would notice. */
export interface Strength {
  readonly name: string;
  /** Ways in which the subject was made wrong. */
  readonly tried: number;
  /** Those that the case did not notice. */
  readonly missed: readonly string[];
}

/**
 * Makes the subject of each case wrong in one place after another, and asks the case's expectations and golden each time. Canaries are
 * passed over.
 */
export function strengths(cases: CasesInTurn): AsyncGenerator<Strength | { readonly failure: CaseFailure }> {
  const { corpus, findSubject, signal } = cases;
  return inTurn(cases, async (folder) => {
    const scenario = await loadScenario(corpus, folder);
    return scenario.settings.canary === undefined ? strengthOf(scenario, findSubject, signal) : undefined;
  });
}

async function strengthOf(scenario: Scenario, findSubject: FindSubject, signal: AbortSignal): Promise<Strength> {
  const subject = await findSubject(scenario);
  const { said } = await play(scenario, subject, signal);
  const { expect, golden } = scenario.settings;
  const missed: string[] = [];
  let tried = 0;
  for (const mutation of mutations(said)) {
    signal.throwIfAborted();
    tried += 1;
    if (checkExpectations(expect, mutation.said).length > 0) continue;
    const silent =
      golden.mode === "none" ||
      !hasGolden(scenario) ||
      (await compareWithGolden(scenario, canonicalise(mutation.said, golden).records, subject.subject.role)) ===
        undefined;
    if (silent) missed.push(mutation.name);
  }
  return { name: scenario.name, tried, missed };
}
