import type { CaseResult } from "../scenarios/case-result.ts";
import { type CaseJob, type FindSubject, runCase } from "../scenarios/run-case.ts";
import { type ConfigOptions, loadConfig } from "./config/config-file.ts";
import { suiteSubjects } from "./suite-subjects.ts";

/** What a thread of the suite is told: names cross the border, not functions. */
export interface WorkerTask {
  readonly job: CaseJob;
  readonly config: ConfigOptions;
}

let subjects: Promise<FindSubject> | undefined;

/** The thread's entry: runs one case. All tasks of one thread have the same configuration. */
export async function runTask({ job, config }: WorkerTask): Promise<CaseResult> {
  subjects ??= loadConfig(config).then(suiteSubjects);
  return runCase(job, await subjects, new AbortController().signal);
}
