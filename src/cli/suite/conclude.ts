import { relative, resolve, sep } from "node:path";
import process from "node:process";
import type { JsonObject } from "../../bytes/json.ts";
import { clustersOf } from "../../scenarios/differences/cluster.ts";
import type { RunResult } from "../../scenarios/run/run-result.ts";
import { type ExitCode, worst } from "../exit.ts";
import { type WantedReport, writeReports } from "./reports.ts";
import { writeRunResult } from "./result-file.ts";
import { differingCases, exitOfCase, runWords } from "./suite-words.ts";

export interface Conclusion {
  /** Where the run's result is to be left. */
  readonly resultFile: string | undefined;
  readonly reports: readonly WantedReport[];
  readonly corpus: string;
}

/** Leaves what was asked for of a run that is over, and answers with its exit code. */
export async function conclude(result: RunResult, { resultFile, reports, corpus }: Conclusion): Promise<ExitCode> {
  if (resultFile !== undefined) await writeRunResult(resultFile, result);
  await writeReports(reports, { result, corpus: relative(process.cwd(), resolve(corpus)).split(sep).join("/") || "." });
  return worst(result.cases.map(exitOfCase));
}

/** A run for a program: one object for each case, then one for each cause. */
export function* runJson(result: RunResult): Generator<JsonObject> {
  for (const each of result.cases) yield { ...each, outcome: { ...each.outcome } };
  for (const cluster of clustersOf(differingCases(result.cases))) yield { cluster };
}

/** A run for a person: what did not pass, bounded. */
export function* runLines(result: RunResult): Generator<string> {
  for (const words of runWords(result.cases)) yield `${words}\n`;
}
