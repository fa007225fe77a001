import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type Tinypool from "tinypool";
import { caseName } from "../../scenarios/case-folder.ts";
import type { CaseJob } from "../../scenarios/case-job.ts";
import type { CaseResult } from "../../scenarios/case-result.ts";
import type { JobPlace, JobRunner, Named, TakeResult } from "../../scenarios/run-jobs.ts";
import type { Trial, TrialJob } from "../../scenarios/trial.ts";
import type { Clock } from "../../time/clock.ts";
import { type Nanos, ZERO } from "../../time/nanos.ts";
import type { ConfigOptions } from "../config/config-file.ts";
import { Watchdog } from "../watchdog.ts";
import { takeThreads } from "./case-threads.ts";
import type { WorkerMessage, WorkerTask } from "./suite-worker.ts";

export interface SuitePoolOptions {
  readonly config: ConfigOptions;
  /** Threads, at most one for each processor. */
  readonly width: number | undefined;
  readonly clock: Clock;
  /** A case that takes longer has hung; its thread is ended. */
  readonly caseLimit: Nanos;
}

/** What threads do with a case. */
interface PoolWork<Job, Result> {
  /** The function of `suite-worker.ts` that does it. */
  readonly task: string;
  /** The result of a job that its thread hung on, or died of. */
  lost(job: Job, code: "SUBJECT_HUNG" | "SUBJECT_CRASHED", words: string): Result;
}

/** Cases are run. */
export const casePool = (options: SuitePoolOptions): Promise<SuitePool<CaseJob, CaseResult>> =>
  SuitePool.open(options, {
    task: "runTask",
    lost: (job, code, words) => ({ name: nameOf(job), outcome: { type: "failed", code, words }, fed: 0, said: 0 }),
  });

/** What accepting cases would do is tried. */
export const trialPool = (options: SuitePoolOptions): Promise<SuitePool<TrialJob, Trial>> =>
  SuitePool.open(options, {
    task: "tryTask",
    lost: (job, code, words) => ({ name: nameOf(job), outcome: { type: "failed", code, words }, lints: [] }),
  });

const nameOf = ({ corpus, folder }: JobPlace): string => caseName(corpus, folder);

/**
 * Has Node 20 compile functions at its best later, after six times what it lets them run by itself: a case runs most of them once, and
 * compiling them was a third of the processor time of a thousand small cases. Later versions have a quick compiler in between and
 * know no such setting.
 *
 * Not before the threads are up: what Node keeps of its own modules, compiled, does not fit another setting, and a thread that compiles
 * them anew takes twice as long to start.
 */
function compileLater(): void {
  if (process.versions.v8.startsWith("11.")) setFlagsFromString("--interrupt-budget=400000");
}

/** Does something with cases on threads: one that hangs or dies is that case's outcome, and the others go on. */
export class SuitePool<Job extends JobPlace, Result extends Named> implements JobRunner<Job, Result> {
  readonly #options: SuitePoolOptions;
  readonly #work: PoolWork<Job, Result>;
  readonly #pool: Tinypool;
  /** Where nothing was heard yet: the thread may still be starting. */
  readonly #silent = new Set<MessagePort>();

  private constructor(options: SuitePoolOptions, work: PoolWork<Job, Result>, pool: Tinypool) {
    this.#options = options;
    this.#work = work;
    this.#pool = pool;
  }

  get width(): number {
    return this.#pool.options.maxThreads;
  }

  static async open<Job extends JobPlace, Result extends Named>(
    options: SuitePoolOptions,
    work: PoolWork<Job, Result>,
  ): Promise<SuitePool<Job, Result>> {
    const pool = await takeThreads(options.width);
    return new SuitePool(options, work, pool);
  }

  async run(jobs: readonly Job[], onResult: TakeResult<Result>, signal: AbortSignal): Promise<readonly Job[]> {
    const { clock, caseLimit, config } = this.#options;
    const { port1: port, port2: theirs } = new MessageChannel();
    using watchdog = new Watchdog(clock, caseLimit);
    let done = 0;
    this.#silent.add(port);
    const take = (message: WorkerMessage<Result>): void => {
      if (this.#silent.delete(port) && this.#silent.size === 0) compileLater();
      watchdog.pat("limit" in message ? message.limit : undefined);
      if ("limit" in message) return;
      const { finished } = message;
      done += finished.length;
      for (const { result, spent } of finished) onResult(result, spent);
    };
    let closed = false;
    const takeRest = (): void => {
      if (closed) return; // nothing is left, and Node 20 would crash
      for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port))
        take(next.message);
    };
    port.on("message", take);
    const gone = new AbortController();
    // The pool hears nothing of a thread that exits by itself; the other end of its port does, when all it said has come.
    port.on("close", () => {
      closed = true;
      if (done < jobs.length) gone.abort();
    });
    const begun = new Int32Array(new SharedArrayBuffer(4));
    const task: WorkerTask<Job> = { jobs, config, port: theirs, begun };
    try {
      await this.#pool.run(task, {
        name: this.#work.task,
        transferList: [theirs],
        signal: AbortSignal.any([signal, watchdog.hung, gone.signal]),
      });
      takeRest();
      return [];
    } catch (thrown) {
      signal.throwIfAborted();
      takeRest();
      const dead = gone.signal.aborted || isThreadDeath(thrown);
      const culprit = Atomics.load(begun, 0) - 1;
      const job = jobs[culprit];
      if (job === undefined || !(watchdog.hung.aborted || dead)) throw thrown;
      const lost = watchdog.hung.aborted
        ? this.#work.lost(job, "SUBJECT_HUNG", "did not end in time; its thread was ended")
        : this.#work.lost(job, "SUBJECT_CRASHED", gone.signal.aborted ? ENDED : wordsOf(thrown));
      onResult(lost, ZERO);
      // What it had finished and not told is run again.
      return jobs.filter((_, index) => index >= done && index !== culprit);
    } finally {
      this.#silent.delete(port);
      port.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }
}

const ENDED = "it ended the thread that it ran on";

const wordsOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** A thread that called exit or ran out of memory. */
function isThreadDeath(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    /terminated|exited|ERR_WORKER_OUT_OF_MEMORY|memory limit/i.test(`${thrown.name} ${thrown.message}`)
  );
}
