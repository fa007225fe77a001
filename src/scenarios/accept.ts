import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { stringify } from "yaml";
import type { CaseOutcome } from "./case-result.ts";
import { checkExpectations } from "./expectations/check-expectations.ts";
import { compareRuns, goldenText, writeGolden } from "./golden.ts";
import { play } from "./play.ts";
import { type FindSubject, wordsOf } from "./run-case.ts";
import { loadScenario, type Scenario } from "./scenario.ts";

/** What a golden was and what it is now. */
export interface Acceptance {
  readonly name: string;
  readonly outcome:
    | { readonly type: "accepted" }
    | { readonly type: "unchanged" }
    | Extract<CaseOutcome, { type: "unstable" | "unexplained" | "unmet" }>;
}

export interface AcceptOptions {
  readonly corpus: string;
  readonly folders: readonly string[];
  /** Why this is right now: the sentence that is kept. */
  readonly reason: string;
  readonly findSubject: FindSubject;
  readonly signal: AbortSignal;
}

/**
 * Makes what the subjects say now the goldens of these cases. Each is run twice; one whose two runs differ, whose tape has a gap that nobody
 * explains, or whose expectations are not met, is refused, and then nothing at all is written. The reason is kept in one file below
 * `changes/`.
 *
 * @throws FieldtapeError what reading a scenario or running its subject throws
 */
export async function accept(options: AcceptOptions): Promise<readonly Acceptance[]> {
  const trials = [];
  for (const folder of options.folders) trials.push(await tryTwice(options, folder));
  const refused = trials.flatMap(({ scenario, refusal }) =>
    refusal === undefined ? [] : [{ name: scenario.name, outcome: refusal }],
  );
  if (refused.length > 0) return refused;
  const changed = trials.filter((trial) => trial.after !== trial.before);
  for (const { scenario, said } of changed) await writeGolden(scenario, said);
  if (changed.length > 0) await keepReason(options, changed);
  return trials.map(({ scenario, after, before }) => ({
    name: scenario.name,
    outcome: { type: after === before ? "unchanged" : "accepted" },
  }));
}

async function tryTwice({ corpus, findSubject, signal }: AcceptOptions, folder: string) {
  const scenario = await loadScenario(corpus, folder);
  const subject = await findSubject(scenario);
  const first = await play(scenario, subject, signal);
  const second = await play(scenario, subject, signal);
  const divergence = await compareRuns(first.said, second.said, subject.subject.role);
  const unexplained = first.gaps > 0 && scenario.settings.gaps === undefined;
  const unmet = [...first.faults.unmet, ...checkExpectations(scenario.settings.expect, first.said)];
  const refusal: Extract<CaseOutcome, { type: "unstable" | "unexplained" | "unmet" }> | undefined =
    divergence !== undefined
      ? { type: "unstable", words: await wordsOf(scenario, divergence, first.faults) }
      : unexplained
        ? { type: "unexplained", gaps: first.gaps }
        : unmet.length > 0
          ? { type: "unmet", unmet }
          : undefined;
  const after = goldenText(first.said);
  const before = existsSync(scenario.golden) ? await readFile(scenario.golden, "utf8") : undefined;
  // A case that is held against its expectations alone has no golden to change.
  return {
    scenario,
    said: first.said,
    refusal,
    before: scenario.settings.golden.mode === "none" ? after : before,
    after,
  };
}

/** One file for each acceptance, named for its content: the same change accepted twice is one change. */
async function keepReason(
  { corpus, reason }: AcceptOptions,
  changed: readonly { scenario: Scenario; before: string | undefined; after: string }[],
): Promise<void> {
  const text = stringify({
    reason,
    cases: changed.map(({ scenario, before, after }) => ({
      name: scenario.name,
      was: before === undefined ? "new" : digest(before),
      is: digest(after),
    })),
  });
  const folder = join(corpus, "changes");
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(join(folder, `${digest(text).slice(0, 12)}.yaml`), text);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
