import process from "node:process";
import type { Cluster } from "../../scenarios/differences/cluster.ts";
import { clustersOf } from "../../scenarios/differences/cluster.ts";
import type { ClusterWordsOptions } from "../cluster-words.ts";
import type { ConfigOptions, LoadedConfig } from "../config/config-file.ts";
import { runToCompare, type SuiteReport } from "../suite/suite-run.ts";
import { differingCases } from "../suite/suite-words.ts";

/** A run that is reviewed. */
export interface ReviewRun {
  readonly corpus: string;
  readonly report: SuiteReport;
  readonly clusters: readonly Cluster[];
  readonly differencesOf: ClusterWordsOptions["differencesOf"];
}

export interface ReviewRequest {
  readonly dir: string;
  readonly config: ConfigOptions;
  readonly loaded: LoadedConfig;
  readonly signal: AbortSignal;
}

/** Runs the corpus as `suite run` does and groups what differs by cause. @throws FieldtapeError as `runToCompare` */
export async function reviewRun(request: ReviewRequest): Promise<ReviewRun> {
  const report = await runToCompare({ ...request, variants: [], live: process.stderr.isTTY });
  const cases = differingCases(report.result.cases);
  const found = new Map(cases.map(({ name, differences }) => [name, differences]));
  return { corpus: report.corpus, report, clusters: clustersOf(cases), differencesOf: (name) => found.get(name) };
}
