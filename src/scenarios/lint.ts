import { attempt, type CaseFailure } from "./case-failure.ts";
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
  /** Why it could not be played. */
  readonly failure?: CaseFailure;
}

/**
 * What is doubtful about the goldens' rules of these cases. Each case that has rules is played twice. One that cannot be played is told
 * with the others; only a bug in fieldtape throws.
 */
export async function* lint(options: LintOptions): AsyncGenerator<CaseLints> {
  for (const folder of options.folders) {
    const tried = await attempt(options.corpus, folder, () => lintCase(folder, options));
    if ("failure" in tried) yield { name: tried.failure.name, lints: [], failure: tried.failure };
    else if (tried.done !== undefined) yield tried.done;
  }
}

/** `undefined`: it has no rules. */
async function lintCase(folder: string, { corpus, findSubject, signal }: LintOptions): Promise<CaseLints | undefined> {
  const scenario = await loadScenario(corpus, folder);
  const { golden } = scenario.settings;
  if (golden.rules.length === 0) return undefined;
  const subject = await findSubject(scenario);
  const first = await play(scenario, subject, signal);
  const second = await play(scenario, subject, signal);
  return { name: scenario.name, lints: lintRules(golden, first.said, second.said) };
}
