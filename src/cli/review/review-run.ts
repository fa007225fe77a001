import process from "node:process";
import { type CaseResult, verdict } from "../../scenarios/case-result.ts";
import type { Cluster } from "../../scenarios/differences/cluster.ts";
import { clustersOf } from "../../scenarios/differences/cluster.ts";
import type { ClusterWordsOptions } from "../cluster-words.ts";
import type { ConfigOptions, LoadedConfig } from "../config/config-file.ts";
import { plural } from "../plural.ts";
import { runOnce } from "../suite/suite-run.ts";
import { differingCases } from "../suite/suite-words.ts";

/** A run that is reviewed. */
export interface ReviewRun {
  readonly corpus: string;
  readonly variant: string | undefined;
  readonly clusters: readonly Cluster[];
  /** Cases that did not pass for another reason than a difference: here nothing can be decided about them. */
  readonly others: readonly CaseResult[];
  readonly differencesOf: ClusterWordsOptions["differencesOf"];
}

export interface ReviewRequest {
  readonly dir: string;
  /** The golden of this variant is meant, where a case has one or gets one. */
  readonly variant: string | undefined;
  readonly config: ConfigOptions;
  readonly loaded: LoadedConfig;
  readonly signal: AbortSignal;
}

/** Runs the corpus as `suite run` does and groups what differs by cause. @throws FieldtapeError as `runOnce` */
export async function reviewRun({ variant, ...request }: ReviewRequest): Promise<ReviewRun> {
  const variants = variant === undefined ? [] : [variant];
  const { corpus, result } = await runOnce({ ...request, variants, live: process.stderr.isTTY });
  const cases = differingCases(result.cases);
  const found = new Map(cases.map(({ name, differences }) => [name, differences]));
  const others = result.cases.filter(({ outcome }) => outcome.type !== "passed" && outcome.type !== "different");
  return { corpus, variant, clusters: clustersOf(cases), others, differencesOf: (name) => found.get(name) };
}

/** What a review cannot settle, for a person; `undefined`: nothing. */
export function othersWords(others: readonly CaseResult[]): string | undefined {
  if (others.length === 0) return undefined;
  const verdicts = [...new Set(others.map(({ outcome }) => verdict(outcome)))];
  return `${plural(others.length, "case")} did not pass for another reason (${verdicts.join(", ")}): fieldtape suite run says why`;
}
