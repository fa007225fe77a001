import type { MessagePort } from "node:worker_threads";
import { caseName } from "../../scenarios/case-folder.ts";
import type { CaseJob } from "../../scenarios/case-job.ts";
import type { CaseResult } from "../../scenarios/case-result.ts";
import { type FindSubject, runCase } from "../../scenarios/run-case.ts";
import { type Trial, type TrialJob, tryCase } from "../../scenarios/trial.ts";
import { millis, type Nanos, plus } from "../../time/nanos.ts";
import { type ConfigOptions, loadConfig } from "../config/config-file.ts";
import { realWorld } from "../wiring.ts";
import { suiteSubjects } from "./suite-subjects.ts";

/** What a thread of the suite is told: names cross the border, not functions. */
export interface WorkerTask<Job> {
  /** Run one after another: a message for each costs more than a small case. */
  readonly jobs: readonly Job[];
  readonly config: ConfigOptions;
  /** Where results go. */
  readonly port: MessagePort;
  /** One shared number: how many of the jobs were begun. Whoever finds the thread dead knows of which. */
  readonly begun: Int32Array;
}

/** What a thread says: some finished cases at once, for a message wakes whoever gets it; or that the case it is at has a limit of its own. */
export type WorkerMessage<Result> = { readonly finished: readonly Finished<Result>[] } | { readonly limit: Nanos };

export interface Finished<Result> {
  readonly result: Result;
  /** Wall time that the case took; `undefined`: its result was known. */
  readonly spent: Nanos | undefined;
}

/** How long results may wait for company. */
const PATIENCE = millis(25);

const { clock } = realWorld({ sleep: "coarse" });
let subjects: Promise<FindSubject> | undefined;

/** How one job is done; `known`: its result stood somewhere, and cost no time worth telling. */
type DoJob<Job, Result> = (
  job: Job,
  findSubject: FindSubject,
  signal: AbortSignal,
) => Promise<{ readonly result: Result; readonly known: boolean }>;

/** Runs cases. */
export const runTask = (task: WorkerTask<CaseJob>): Promise<void> =>
  doAll<CaseJob, CaseResult>(task, async (job, findSubject, signal) => {
    if (job.cache === undefined) return { result: await runCase(job, findSubject, signal), known: false };
    const { cachedResult, cacheResult } = await import("../../scenarios/run/case-cache.ts");
    const known = cachedResult(job, caseName(job.corpus, job.folder), job.cache);
    if (known !== undefined) return { result: known, known: true };
    const result = await runCase(job, findSubject, signal);
    cacheResult(job, result, job.cache);
    return { result, known: false };
  });

/** Tries what accepting cases would do. */
export const tryTask = (task: WorkerTask<TrialJob>): Promise<void> =>
  doAll<TrialJob, Trial>(task, async (...job) => ({ result: await tryCase(...job), known: false }));

/** The thread's work. All tasks of one thread have the same configuration. */
async function doAll<Job, Result>(
  { jobs, config, port, begun }: WorkerTask<Job>,
  doJob: DoJob<Job, Result>,
): Promise<void> {
  subjects ??= loadConfig(config).then(suiteSubjects);
  const findSubject = await subjects;
  const { signal } = new AbortController();
  const outbox = new Outbox<Result>(port);
  const limiting: FindSubject = (scenario) => {
    const { wallMs } = scenario.settings.limits;
    if (wallMs !== undefined) outbox.limit(millis(wallMs));
    return findSubject(scenario);
  };
  for (const job of jobs) {
    const began = clock.now();
    outbox.flushOld(began);
    Atomics.add(begun, 0, 1);
    const { result, known } = await doJob(job, limiting, signal);
    outbox.put({ result, spent: known ? undefined : plus(clock.now(), -began) });
  }
  outbox.flush();
}

/** Results on their way out, some at once. */
class Outbox<Result> {
  readonly #port: MessagePort;
  #finished: Finished<Result>[] = [];
  #told = clock.now();
  /** The case that it is at has a limit of its own, which must not outlive it. */
  #limited = false;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  put(finished: Finished<Result>): void {
    this.#finished.push(finished);
    if (this.#limited) this.flush();
    this.#limited = false;
  }

  limit(limit: Nanos): void {
    this.flush();
    this.#limited = true;
    this.#say({ limit });
  }

  flushOld(now: Nanos): void {
    if (plus(this.#told, PATIENCE) < now) this.flush();
  }

  flush(): void {
    this.#say({ finished: this.#finished });
    this.#finished = [];
    this.#told = clock.now();
  }

  #say(message: WorkerMessage<Result>): void {
    this.#port.postMessage(message);
  }
}
