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

/** What a thread says: some finished cases at once, for a message wakes whoever gets it; or that the case it is at has a limit of its own. */
export type WorkerMessage = { readonly finished: readonly FinishedCase[] } | { readonly limit: Nanos };

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
  const outbox = new Outbox(port);
  const limiting: FindSubject = (scenario) => {
    const { wallMs } = scenario.settings.limits;
    if (wallMs !== undefined) outbox.limit(millis(wallMs));
    return findSubject(scenario);
  };
  for (const job of jobs) {
    const began = clock.now();
    outbox.flushOld(began);
    Atomics.add(begun, 0, 1);
    const known = job.cache === undefined ? undefined : cachedResult(job, caseName(job.corpus, job.folder), job.cache);
    const result = known ?? (await runCase(job, limiting, signal));
    if (known === undefined && job.cache !== undefined) cacheResult(job, result, job.cache);
    outbox.put({ result, spent: known === undefined ? plus(clock.now(), -began) : undefined });
  }
  outbox.flush();
}

/** Results on their way out, some at once. */
class Outbox {
  readonly #port: MessagePort;
  #finished: FinishedCase[] = [];
  #told = clock.now();
  /** The case that it is at has a limit of its own, which must not outlive it. */
  #limited = false;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  put(finished: FinishedCase): void {
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

  #say(message: WorkerMessage): void {
    this.#port.postMessage(message);
  }
}
