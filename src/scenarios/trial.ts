import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FieldtapeError } from "../errors.ts";
import type { Said } from "../replayer/divergence.ts";
import type { Subject } from "../replayer/subject.ts";
import { caseName, GOLDEN_FILE, variantFile } from "./case-folder.ts";
import type { CaseOutcome } from "./case-result.ts";
import { signatureOf } from "./differences/signature.ts";
import { checkExpectations } from "./expectations/check-expectations.ts";
import { compareRuns, compareWithGolden, goldenText, hasGolden } from "./golden.ts";
import { canonicalise } from "./goldens/canonical.ts";
import { lintRules } from "./goldens/lint.ts";
import { type Played, play } from "./play.ts";
import { type FindSubject, failed, wordsOf } from "./run-case.ts";
import { loadScenario, type Scenario } from "./scenario.ts";

/** One case that somebody wants to accept, as data that can be told to a thread. */
export interface TrialJob {
  readonly corpus: string;
  readonly folder: string;
  /** Signatures: only a case that differs by these alone is accepted. Absent: whatever differs. */
  readonly causes?: readonly string[];
  /** The golden of this variant is meant, where it has to differ from the common one. */
  readonly variant?: string;
}

/** What accepting a case would do. */
export interface Trial {
  readonly name: string;
  readonly outcome:
    | { readonly type: "accepted" }
    | { readonly type: "unchanged" }
    /** What a canary says is never right, so that nobody can make it so by accident. */
    | { readonly type: "canary" }
    /** Only some causes were accepted, and it differs by these as well: it stays as it is. */
    | { readonly type: "mixed"; readonly others: readonly string[] }
    | Refusal;
  /** What is doubtful about its golden's rules. */
  readonly lints: readonly string[];
  /** The golden that would be written, as it is and as it would be; `undefined` in `after`: a variant that says the same as the common golden needs none. */
  readonly golden?: { readonly path: string; readonly before: string | undefined; readonly after: string | undefined };
}

/** Why a case cannot be accepted, and with it none of those that were to be accepted together. */
export type Refusal = Extract<CaseOutcome, { type: "unstable" | "unexplained" | "unmet" | "failed" }>;

export function isRefusal(outcome: Trial["outcome"]): outcome is Refusal {
  return ["unstable", "unexplained", "unmet", "failed"].includes(outcome.type);
}

/** Plays a case twice and says what accepting it would do. What fails in the case is its outcome; only a bug in fieldtape throws. */
export async function tryCase(job: TrialJob, findSubject: FindSubject, signal: AbortSignal): Promise<Trial> {
  try {
    return await tryTwice(job, findSubject, signal);
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError) || thrown.code === "ABORTED") throw thrown;
    return { name: caseName(job.corpus, job.folder), outcome: failed(thrown, job.corpus), lints: [] };
  }
}

async function tryTwice(job: TrialJob, findSubject: FindSubject, signal: AbortSignal): Promise<Trial> {
  const { corpus, folder, variant, causes } = job;
  const scenario = await loadScenario(corpus, folder, variant === undefined ? [] : [variant]);
  const { name, settings } = scenario;
  if (settings.canary !== undefined) return { name, outcome: { type: "canary" }, lints: [] };
  const subject = await findSubject(scenario);
  const first = await play(scenario, subject, signal);
  const second = await play(scenario, subject, signal);
  const kept = canonicalise(first.said, settings.golden).records;
  const path = variant === undefined ? scenario.golden : join(folder, variantFile(variant));
  const before = await textOf(path);
  const common = variant === undefined ? undefined : await textOf(join(folder, GOLDEN_FILE));
  const text = goldenText(kept);
  // A variant that says the same as the common golden needs none.
  const after = text === common ? undefined : text;
  const refusal = await refusalOf(scenario, [first, second], kept);
  // A case that is held against its expectations alone has no golden to change.
  const unchanged = settings.golden.mode === "none" || after === before;
  const others = unchanged ? [] : await otherCauses(causes, scenario, { kept, role: subject.subject.role });
  const outcome: Trial["outcome"] =
    refusal ??
    (unchanged ? { type: "unchanged" } : others.length > 0 ? { type: "mixed", others } : { type: "accepted" });
  return { name, outcome, lints: lintRules(settings.golden, first.said, second.said), golden: { path, before, after } };
}

async function refusalOf(
  scenario: Scenario,
  [first, second]: readonly [Played, Played],
  kept: readonly Said[],
): Promise<Refusal | undefined> {
  const { gaps, golden, expect } = scenario.settings;
  const divergence = compareRuns(kept, canonicalise(second.said, golden).records);
  if (divergence !== undefined) return { type: "unstable", words: await wordsOf(scenario, divergence, first.faults) };
  if (first.gaps > 0 && gaps === undefined) return { type: "unexplained", gaps: first.gaps };
  const unmet = [...first.faults.unmet, ...checkExpectations(expect, first.said)];
  return unmet.length > 0 ? { type: "unmet", unmet } : undefined;
}

/** Signatures by which a case differs besides those that were accepted. */
async function otherCauses(
  causes: readonly string[] | undefined,
  scenario: Scenario,
  { kept, role }: { readonly kept: readonly Said[]; readonly role: Subject["role"] },
): Promise<readonly string[]> {
  if (causes === undefined) return [];
  if (!hasGolden(scenario)) return ["there is no golden yet"];
  const difference = await compareWithGolden(scenario, kept, role);
  const signatures = new Set(difference?.found.differences.map(signatureOf));
  for (const cause of causes) signatures.delete(cause);
  return [...signatures];
}

async function textOf(path: string): Promise<string | undefined> {
  return existsSync(path) ? await readFile(path, "utf8") : undefined;
}
