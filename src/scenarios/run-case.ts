import { basename, join } from "node:path";
import { assert, FieldtapeError } from "../errors.ts";
import type { Divergence } from "../replayer/divergence.ts";
import { divergenceWords } from "../replayer/divergence-words.ts";
import { findWhereabouts, soughtBy } from "../replayer/whereabouts.ts";
import { openTape } from "../tape/reader.ts";
import { caseName } from "./case-folder.ts";
import type { CaseOutcome, CaseResult } from "./case-result.ts";
import { openCaseTape } from "./case-tape.ts";
import type { CaseDifferences } from "./differences/case-differences.ts";
import { writeDiff } from "./differences/diff-file.ts";
import { type Difference, divergenceOf } from "./differences/difference.ts";
import { findingsOf } from "./differences/findings.ts";
import { compareWithGolden, type GoldenDifference, hasGolden, writePending } from "./golden.ts";
import { type Played, play, type ScenarioSubject } from "./play.ts";
import { loadScenario, type Scenario } from "./scenario.ts";

/** Introduces the subject that a scenario names. */
export type FindSubject = (scenario: Scenario) => Promise<ScenarioSubject>;

/** One case to run, as data that can be told to a thread. */
export interface CaseJob {
  readonly corpus: string;
  readonly folder: string;
  /** Where a golden goes that is not accepted yet; outside the corpus. */
  readonly pendingFolder: string;
}

/** Runs one case. What fails in the case is its outcome; only a bug in fieldtape throws. */
export async function runCase(job: CaseJob, findSubject: FindSubject, signal: AbortSignal): Promise<CaseResult> {
  const name = caseName(job.corpus, job.folder);
  try {
    const scenario = await loadScenario(job.corpus, job.folder);
    const subject = await findSubject(scenario);
    const played = await play(scenario, subject, signal);
    const outcome = await judge(scenario, subject, played, job.pendingFolder);
    return { name, outcome, fed: played.fed, said: played.said.length };
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError) || thrown.code === "ABORTED") throw thrown;
    return { name, outcome: failed(thrown), fed: 0, said: 0 };
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
  if (!hasGolden(scenario)) return { type: "new", pending: await writePending(pendingFolder, scenario, said) };
  const difference = await compareWithGolden(scenario, said, subject.role);
  if (difference === undefined) return { type: "passed" };
  return {
    type: "different",
    words: await wordsOf(scenario, firstOf(difference.found.differences)),
    pending: await writePending(pendingFolder, scenario, said),
    differences: await describe(scenario, difference, pendingFolder),
  };
}

/** Leaves the complete diff outside the corpus, and answers with what of it crosses to whoever asked. */
async function describe(
  scenario: Scenario,
  { found, expected, actual }: GoldenDifference,
  pendingFolder: string,
): Promise<CaseDifferences> {
  const diff = join(pendingFolder, scenario.name, DIFF_FILE);
  await writeDiff(diff, found);
  await using tape = await openCaseTape(scenario.tape);
  return await findingsOf(found, { expected, actual }, { tape: tape.batches({ verify: false }), diff });
}

const DIFF_FILE = "differences.jsonl";

function firstOf([first]: readonly Difference[]): Divergence {
  assert(first !== undefined, "a difference without differences");
  return divergenceOf(first);
}

/** The divergence for a person, with the bytes of the tape around it. */
export async function wordsOf(scenario: Scenario, divergence: Divergence): Promise<string> {
  await using tape = await openTape(scenario.tape);
  const where = await findWhereabouts(tape.batches({ verify: false }), soughtBy(divergence));
  return divergenceWords(divergence, where, {
    tape: `${scenario.name}/${basename(scenario.tape)}`,
    expected: `${scenario.name}/${basename(scenario.golden)}`,
  });
}

function failed(error: FieldtapeError): CaseOutcome {
  const where = error.file === undefined ? "" : `${error.file}${error.line === undefined ? "" : `:${error.line}`}: `;
  return {
    type: "failed",
    code: error.code,
    words: `${where}${error.message}${error.hint === undefined ? "" : `\n${error.hint}`}`,
  };
}
