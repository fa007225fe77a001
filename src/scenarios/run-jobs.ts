import type { Nanos } from "../time/nanos.ts";
import { caseName } from "./case-folder.ts";
import type { CaseJob } from "./case-job.ts";
import type { CaseResult } from "./case-result.ts";

/** What every job says, and what every result of one: to which case it belongs. */
export interface JobPlace {
  readonly corpus: string;
  readonly folder: string;
}
export interface Named {
  readonly name: string;
}

/** Hears of a result as it comes, and of the wall time that the case took; `undefined`: its result was known. */
export type TakeResult<Result> = (result: Result, spent: Nanos | undefined) => void;

/** Where something is done with each case: on threads, in processes, on other machines. */
export interface JobRunner<Job extends JobPlace, Result extends Named> extends AsyncDisposable {
  /**
   * Does one job after another. What a job's worker dies of, or hangs on, is that job's result.
   *
   * @returns those that were not done because their worker is gone
   */
  run(jobs: readonly Job[], onResult: TakeResult<Result>, signal: AbortSignal): Promise<readonly Job[]>;
  /** How many calls of `run` it can serve at once. */
  readonly width: number;
}

/** Where cases are run. */
export type CaseRunner = JobRunner<CaseJob, CaseResult>;

export interface RunJobsOptions<Result> {
  readonly signal: AbortSignal;
  readonly onResult?: TakeResult<Result>;
}

/** More at once would leave one worker at work when the others have nothing left; fewer cost messages. */
const BATCH_MAX = 64;
const SHARES_MAX = 32;

/** Does all jobs. Results come in the order of `jobs`, whatever order they were finished in, so that two runs print the same. */
export async function runJobs<Job extends JobPlace, Result extends Named>(
  jobs: readonly Job[],
  runner: JobRunner<Job, Result>,
  { signal, onResult }: RunJobsOptions<Result>,
): Promise<readonly Result[]> {
  const results = new Map<string, Result>();
  const queue = [...jobs];
  const take: TakeResult<Result> = (result, spent) => {
    results.set(result.name, result);
    onResult?.(result, spent);
  };
  const least = Math.floor(jobs.length / (runner.width * SHARES_MAX));
  const work = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, batchSize(queue.length, runner.width, least));
      queue.unshift(...(await runner.run(batch, take, signal)));
    }
  };
  // Never more than can run at once: a case that waits for a worker must not be taken for one that hangs.
  await Promise.all(Array.from({ length: runner.width }, work));
  return jobs.flatMap(({ corpus, folder }) => results.get(caseName(corpus, folder)) ?? []);
}

/** Large ones first, which save messages; small ones last, so that all workers end together. */
function batchSize(left: number, width: number, least: number): number {
  return Math.min(BATCH_MAX, Math.max(least, Math.ceil(left / (width * 4))));
}
