import { availableParallelism } from "node:os";
import { join } from "node:path";
import Tinypool from "tinypool";
import type { CaseResult } from "../scenarios/case-result.ts";
import type { CaseJob } from "../scenarios/run-case.ts";
import type { CaseRunner } from "../scenarios/run-suite.ts";
import { caseName } from "../scenarios/scenario.ts";
import type { Clock } from "../time/clock.ts";
import { type Nanos, plus } from "../time/nanos.ts";
import type { ConfigOptions } from "./config/config-file.ts";
import { programRoot } from "./program-root.ts";
import type { WorkerTask } from "./suite-worker.ts";

export interface SuitePoolOptions {
  readonly config: ConfigOptions;
  /** Threads, at most one for each processor. */
  readonly width: number | undefined;
  readonly clock: Clock;
  /** A case that takes longer has hung; its thread is ended. */
  readonly caseLimit: Nanos;
}

/** Runs cases on threads: one that hangs or dies is that case's outcome, and the others go on. */
export class SuitePool implements CaseRunner, AsyncDisposable {
  readonly width: number;
  readonly #options: SuitePoolOptions;
  readonly #pool: Tinypool;

  constructor(options: SuitePoolOptions) {
    this.#options = options;
    this.width = options.width ?? availableParallelism();
    this.#pool = new Tinypool({
      filename: join(programRoot(), "dist", "cli", "suite-worker.js"),
      name: "runTask",
      minThreads: this.width,
      maxThreads: this.width,
    });
  }

  async run(job: CaseJob, signal: AbortSignal): Promise<CaseResult> {
    const { clock, caseLimit, config } = this.#options;
    const hung = new AbortController();
    const done = new AbortController();
    clock.sleepUntil(plus(clock.now(), caseLimit), done.signal).then(
      () => hung.abort(),
      () => undefined, // it was done in time
    );
    const task: WorkerTask = { job, config };
    try {
      return await this.#pool.run(task, { signal: AbortSignal.any([signal, hung.signal]) });
    } catch (thrown) {
      signal.throwIfAborted();
      if (hung.signal.aborted) return lost(job, "SUBJECT_HUNG", "did not end in time; its thread was ended");
      if (isThreadDeath(thrown)) return lost(job, "SUBJECT_CRASHED", thrown.message);
      throw thrown;
    } finally {
      done.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }
}

function lost({ corpus, folder }: CaseJob, code: "SUBJECT_HUNG" | "SUBJECT_CRASHED", words: string): CaseResult {
  return { name: caseName(corpus, folder), outcome: { type: "failed", code, words }, fed: 0, said: 0 };
}

/** A thread that called exit or ran out of memory. */
function isThreadDeath(thrown: unknown): thrown is Error {
  return (
    thrown instanceof Error &&
    /terminated|exited|ERR_WORKER_OUT_OF_MEMORY|memory limit/i.test(`${thrown.name} ${thrown.message}`)
  );
}
