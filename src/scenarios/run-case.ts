import { basename, join, sep } from "node:path";
import { assert, FieldtapeError } from "../errors.ts";
import type { Divergence } from "../replayer/divergence.ts";
import { divergenceWords } from "../replayer/divergence-words.ts";
import { findWhereabouts, soughtBy } from "../replayer/whereabouts.ts";
import { type ScenarioSubject, tapeAsPlayed } from "./case-feed.ts";
import { caseName } from "./case-folder.ts";
import type { CaseJob } from "./case-job.ts";
import type { CaseOutcome, CaseResult } from "./case-result.ts";
import { coverageOf } from "./coverage/coverage.ts";
import type { CaseDifferences } from "./differences/case-differences.ts";
import { writeDiff } from "./differences/diff-file.ts";
import { type Difference, divergenceOf } from "./differences/difference.ts";
import { findingsOf } from "./differences/findings.ts";
import { checkExpectations } from "./expectations/check-expectations.ts";
import { isPortFault } from "./faults/disturbance.ts";
import type { PlacedFaults } from "./faults/place-faults.ts";
import {
  compareRecords,
  DIFF_FILE,
  dropPending,
  type GoldenDifference,
  hasGolden,
  isGolden,
  writePending,
} from "./golden.ts";
import { canonicalise } from "./goldens/canonical.ts";
import { type Played, play } from "./play.ts";
import { brokenRelation } from "./relations/case-relations.ts";
import type { Declared } from "./run/declared.ts";
import { keepSaid } from "./run/kept-said.ts";
import { declaredBy } from "./run/settle.ts";
import { loadScenario, type Scenario } from "./scenario.ts";

/** Introduces the subject that a scenario names. */
export type FindSubject = (scenario: Scenario) => Promise<ScenarioSubject>;

/** Runs one case. What fails in the case is its outcome; only a bug in fieldtape throws. */
export async function runCase(job: CaseJob, findSubject: FindSubject, signal: AbortSignal): Promise<CaseResult> {
  const name = caseName(job.corpus, job.folder);
  let declared: Declared = {};
  try {
    const scenario = await loadScenario(job.corpus, job.folder, job.variants);
    declared = declaredBy(scenario.settings);
    const subject = await findSubject(scenario);
    const played = await play(scenario, subject, signal);
    if (job.keep !== undefined) keepSaid(job.keep, name, played.said);
    const judged = await judge(scenario, subject, played, job.pendingFolder);
    if (judged.type === "passed") dropPending(job.pendingFolder, name);
    const isTested = job.relations === true && judged.type === "passed";
    const outcome = isTested ? ((await brokenRelation(scenario, subject, played, signal)) ?? judged) : judged;
    const coverage = coverageOf(played.said, disturbancesOf(scenario));
    return { name, outcome, fed: played.fed, said: played.said.length, coverage, ...declared };
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError) || thrown.code === "ABORTED") throw thrown;
    return { name, outcome: failed(thrown, job.corpus), fed: 0, said: 0, ...declared };
  }
}

async function judge(
  scenario: Scenario,
  { subject }: ScenarioSubject,
  played: Played,
  pendingFolder: string,
): Promise<CaseOutcome> {
  const { said, gaps } = played;
  if (gaps > 0 && scenario.settings.gaps === undefined) return { type: "unexplained", gaps };
  const unmet = [...played.faults.unmet, ...checkExpectations(scenario.settings.expect, said)];
  if (unmet.length > 0) return { type: "unmet", unmet };
  if (scenario.settings.golden.mode === "none") return { type: "passed" };
  const kept = canonicalise(said, scenario.settings.golden).records;
  // Most cases: its bytes say at once that it is there and the same.
  if (isGolden(scenario, kept)) return { type: "passed" };
  if (!hasGolden(scenario)) return { type: "new", pending: await writePending(pendingFolder, scenario, kept) };
  const difference = await compareRecords(scenario, kept, subject.role);
  if (difference === undefined) return { type: "passed" };
  return {
    type: "different",
    words: await wordsOf(scenario, firstOf(difference.found.differences), played.faults),
    pending: await writePending(pendingFolder, scenario, kept),
    differences: await describe(scenario, difference, { pendingFolder, faults: played.faults }),
  };
}

/** Leaves the complete diff outside the corpus, and answers with what of it crosses to whoever asked. */
async function describe(
  scenario: Scenario,
  { found, expected, actual }: GoldenDifference,
  { pendingFolder, faults }: { readonly pendingFolder: string; readonly faults: PlacedFaults },
): Promise<CaseDifferences> {
  const diff = join(pendingFolder, scenario.name, DIFF_FILE);
  await writeDiff(diff, found);
  return await findingsOf(found, { expected, actual }, { tape: tapeAsPlayed(scenario, faults), diff });
}

function firstOf([first]: readonly Difference[]): Divergence {
  assert(first !== undefined, "a difference without differences");
  return divergenceOf(first);
}

/** The divergence for a person, with the bytes of the tape around it, as the subject heard them. */
export async function wordsOf(scenario: Scenario, divergence: Divergence, faults: PlacedFaults): Promise<string> {
  const where = await findWhereabouts(tapeAsPlayed(scenario, faults), soughtBy(divergence));
  return divergenceWords(divergence, where, {
    tape: `${scenario.name}/${basename(scenario.tape)}`,
    expected: `${scenario.name}/${basename(scenario.golden)}`,
  });
}

function disturbancesOf({ settings: { faults } }: Scenario): readonly string[] {
  return faults.filter(isPortFault).map(({ fault }) => fault);
}

/** The same words wherever the corpus lies: runs on several machines are put together. */
export function failed(error: FieldtapeError, corpus: string): Extract<CaseOutcome, { type: "failed" }> {
  const where = error.file === undefined ? "" : `${error.file}${error.line === undefined ? "" : `:${error.line}`}: `;
  const words = `${where}${error.message}${error.hint === undefined ? "" : `\n${error.hint}`}`;
  return { type: "failed", code: error.code, words: words.replaceAll(`${corpus}${sep}`, "") };
}
