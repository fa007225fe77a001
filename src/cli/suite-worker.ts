import type { MessagePort } from "node:worker_threads";
import { caseName } from "../scenarios/case-folder.ts";
import type { CaseJob } from "../scenarios/case-job.ts";
import type { CaseResult } from "../scenarios/case-result.ts";
import { cachedResult, cacheResult } from "../scenarios/run/case-cache.ts";
import { type FindSubject, runCase } from "../scenarios/run-case.ts";
import { millis, type Nanos, plus } from "../time/nanos.ts";
import { type ConfigOptions, loadConfig } from "./config/config-file.ts";
import { suiteSubjects } from "./suite-subjects.ts";
import { realWorld } from "./wiring.ts";

/** What a thread of the suite is told: names cross the border, not functions. */
export interface WorkerTask {
  /** Run one after another: a message for each costs more than a small case. */
  readonly jobs: readonly CaseJob[];
  readonly config: ConfigOptions;
  /** Where results go. */
  readonly port: MessagePort;
  /** One shared number: how many of the jobs were begun. Whoever finds the thread dead knows of which. */
  readonly begun: Int32Array;
}

/** What a thread says of cases: some at once, a message wakes whoever gets it. */
export type WorkerMessage = readonly FinishedCase[];

export interface FinishedCase {
  readonly result: CaseResult;
  /** Wall time that the case took; `undefined`: its result was known. */
  readonly spent: Nanos | undefined;
}

/** How long results may wait for company. */
const PATIENCE = millis(25);

const { clock } = realWorld({ sleep: "coarse" });
let subjects: Promise<FindSubject> | undefined;

/** The thread's entry: runs cases. All tasks of one thread have the same configuration. */
export async function runTask({ jobs, config, port, begun }: WorkerTask): Promise<void> {
  subjects ??= loadConfig(config).then(suiteSubjects);
  const findSubject = await subjects;
  const { signal } = new AbortController();
  let finished: FinishedCase[] = [];
  let told = clock.now();
  for (const job of jobs) {
    const began = clock.now();
    if (plus(told, PATIENCE) < began) {
      port.postMessage(finished satisfies WorkerMessage);
      finished = [];
      told = began;
    }
    Atomics.add(begun, 0, 1);
    const known = job.cache === undefined ? undefined : cachedResult(job, caseName(job.corpus, job.folder), job.cache);
    const result = known ?? (await runCase(job, findSubject, signal));
    if (known === undefined && job.cache !== undefined) cacheResult(job, result, job.cache);
    finished.push({ result, spent: known === undefined ? plus(clock.now(), -began) : undefined });
  }
  port.postMessage(finished satisfies WorkerMessage);
}
