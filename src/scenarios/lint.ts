import { lintRules } from "./goldens/lint.ts";
import { play } from "./play.ts";
import type { FindSubject } from "./run-case.ts";
import { loadScenario } from "./scenario.ts";

export interface LintOptions {
  readonly corpus: string;
  readonly folders: readonly string[];
  readonly findSubject: FindSubject;
  readonly signal: AbortSignal;
}

export interface CaseLints {
  readonly name: string;
  readonly lints: readonly string[];
}

/**
 * What is doubtful about the goldens' rules of these cases. Each case that has rules is played twice.
 *
 * @throws FieldtapeError what reading a scenario or running its subject throws
 */
export async function* lint({ corpus, folders, findSubject, signal }: LintOptions): AsyncGenerator<CaseLints> {
  for (const folder of folders) {
    const scenario = await loadScenario(corpus, folder);
    const { golden } = scenario.settings;
    if (golden.rules.length === 0) continue;
    const subject = await findSubject(scenario);
    const first = await play(scenario, subject, signal);
    const second = await play(scenario, subject, signal);
    yield { name: scenario.name, lints: lintRules(golden, first.said, second.said) };
  }
}
