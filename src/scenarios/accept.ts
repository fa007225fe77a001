import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { FieldtapeError } from "../errors.ts";
import type { Said } from "../replayer/divergence.ts";
import type { Subject } from "../replayer/subject.ts";
import { GOLDEN_FILE, variantFile } from "./case-folder.ts";
import type { CaseOutcome } from "./case-result.ts";
import { signatureOf } from "./differences/signature.ts";
import { checkExpectations } from "./expectations/check-expectations.ts";
import { compareRuns, compareWithGolden, goldenText, hasGolden, writeGolden } from "./golden.ts";
import { canonicalise } from "./goldens/canonical.ts";
import { lintRules } from "./goldens/lint.ts";
import { keepChange } from "./keep-change.ts";
import { type Played, play } from "./play.ts";
import { type FindSubject, wordsOf } from "./run-case.ts";
import { loadScenario, type Scenario } from "./scenario.ts";

/** What became of one case that somebody wanted to accept. */
export interface Acceptance {
  readonly name: string;
  readonly outcome:
    | { readonly type: "accepted" }
    | { readonly type: "unchanged" }
    /** Only some causes were accepted, and it differs by these as well: it stays as it is. */
    | { readonly type: "mixed"; readonly others: readonly string[] }
    | Refusal;
  /** What is doubtful about its golden's rules. */
  readonly lints: readonly string[];
}

type Refusal = Extract<CaseOutcome, { type: "unstable" | "unexplained" | "unmet" }>;

export interface AcceptOptions {
  readonly corpus: string;
  readonly folders: readonly string[];
  /** Why this is right now: the sentence that is kept. */
  readonly reason: string;
  /** Signatures: only cases that differ by these alone are accepted. Absent: whatever differs. */
  readonly causes?: readonly string[];
  /** The golden of this variant is written, where it has to differ from the common one. */
  readonly variant?: string;
  readonly findSubject: FindSubject;
  readonly signal: AbortSignal;
}

/**
 * Makes what the subjects say now the goldens of these cases. Each is run twice; one whose two runs differ, whose tape has a gap that nobody
 * explains, or whose expectations are not met, is refused, and then nothing at all is written. The reason is kept in one file below
 * `changes/`.
 *
 * @throws FieldtapeError USAGE without a reason; what reading a scenario or running its subject throws
 */
export async function accept(options: AcceptOptions): Promise<readonly Acceptance[]> {
  if (options.reason.trim() === "") throw new FieldtapeError("USAGE", "the reason must say why this is right now");
  const trials: Trial[] = [];
  for (const folder of options.folders) {
    // What a canary says is never right, so that nobody can make it so by accident.
    if (!(await isCanary(options.corpus, folder))) trials.push(await tryTwice(options, folder));
  }
  const refused = trials.filter(({ outcome }) => isRefusal(outcome));
  if (refused.length > 0) return refused.map(acceptanceOf);
  const changed = trials.filter(({ outcome }) => outcome.type === "accepted");
  // The reason goes first: a golden never changes without one, even if this is killed in between.
  if (changed.length > 0) await keepReason(options, changed);
  // Each is made to last: one after another, a thousand would wait a thousand times for the disk.
  for (let start = 0; start < changed.length; start += WRITES_AT_ONCE) {
    const writes = changed.slice(start, start + WRITES_AT_ONCE);
    await Promise.all(writes.map(({ golden, after }) => writeGolden(golden, after)));
  }
  return trials.map(acceptanceOf);
}

const WRITES_AT_ONCE = 32;

export function isRefusal(outcome: Acceptance["outcome"]): outcome is Refusal {
  return outcome.type === "unstable" || outcome.type === "unexplained" || outcome.type === "unmet";
}

interface Trial extends Acceptance {
  /** Where the golden is written. */
  readonly golden: string;
  readonly before: string | undefined;
  /** `undefined`: a variant that says the same as the common golden needs none. */
  readonly after: string | undefined;
}

const acceptanceOf = ({ name, outcome, lints }: Trial): Acceptance => ({ name, outcome, lints });

async function isCanary(corpus: string, folder: string): Promise<boolean> {
  return (await loadScenario(corpus, folder)).settings.canary !== undefined;
}

async function tryTwice(options: AcceptOptions, folder: string): Promise<Trial> {
  const { corpus, findSubject, signal, variant } = options;
  const scenario = await loadScenario(corpus, folder, variant === undefined ? [] : [variant]);
  const subject = await findSubject(scenario);
  const first = await play(scenario, subject, signal);
  const second = await play(scenario, subject, signal);
  const settings = scenario.settings.golden;
  const kept = canonicalise(first.said, settings).records;
  const golden = variant === undefined ? scenario.golden : join(folder, variantFile(variant));
  const before = await textOf(golden);
  const common = variant === undefined ? undefined : await textOf(join(folder, GOLDEN_FILE));
  const text = goldenText(kept);
  // A variant that says the same as the common golden needs none.
  const after = text === common ? undefined : text;
  const refusal = await refusalOf(scenario, [first, second], kept);
  // A case that is held against its expectations alone has no golden to change.
  const unchanged = settings.mode === "none" || after === before;
  const others = unchanged ? [] : await otherCauses(options, scenario, { kept, role: subject.subject.role });
  const outcome: Acceptance["outcome"] =
    refusal ??
    (unchanged ? { type: "unchanged" } : others.length > 0 ? { type: "mixed", others } : { type: "accepted" });
  return { name: scenario.name, outcome, lints: lintRules(settings, first.said, second.said), golden, before, after };
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
  { causes }: AcceptOptions,
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

/** One file for each acceptance, named for its content: the same change accepted twice is one change. */
async function keepReason(
  { corpus, reason, causes, variant }: AcceptOptions,
  changed: readonly Trial[],
): Promise<void> {
  const text = stringify({
    reason,
    ...(causes === undefined ? {} : { causes }),
    ...(variant === undefined ? {} : { variant }),
    cases: changed.map(({ name, before, after }) => ({
      name,
      was: before === undefined ? "new" : digest(before),
      is: after === undefined ? "the common golden" : digest(after),
    })),
  });
  await keepChange(corpus, text);
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
