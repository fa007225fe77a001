import type { CaseFailure } from "./case-failure.ts";
import { lintRules } from "./goldens/lint.ts";
import { type CasesInTurn, inTurn } from "./in-turn.ts";
import { play } from "./play.ts";
import { loadScenario } from "./scenario.ts";

export interface CaseLints {
  readonly name: string;
  readonly lints: readonly string[];
}

/** What is doubtful about the goldens' rules of these cases. Each case that has rules is played twice. */
export function lint(cases: CasesInTurn): AsyncGenerator<CaseLints | { readonly failure: CaseFailure }> {
  return inTurn(cases, (folder) => lintCase(folder, cases));
}

async function lintCase(folder: string, { corpus, findSubject, signal }: CasesInTurn): Promise<CaseLints | undefined> {
  const scenario = await loadScenario(corpus, folder);
  const { golden } = scenario.settings;
  if (golden.rules.length === 0) return undefined;
  const subject = await findSubject(scenario);
  const first = await play(scenario, subject, signal);
  const second = await play(scenario, subject, signal);
  return { name: scenario.name, lints: lintRules(golden, first.said, second.said) };
}
