import type { Nanos } from "../time/nanos.ts";
import { caseName } from "./case-folder.ts";
import type { CaseJob } from "./case-job.ts";
import type { CaseResult } from "./case-result.ts";

/** Hears of a result as it comes, and of the wall time that the case took; `undefined`: its result was known. */
export type TakeResult = (result: CaseResult, spent: Nanos | undefined) => void;

/** Where cases are run: on threads, in processes, on other machines. */
export interface CaseRunner {
  /**
   * Runs cases one after another. What a case's worker dies of, or hangs on, is that case's result.
   *
   * @returns those that were not run because their worker is gone
   */
  run(jobs: readonly CaseJob[], onResult: TakeResult, signal: AbortSignal): Promise<readonly CaseJob[]>;
  /** How many calls of `run` it can serve at once. */
  readonly width: number;
}

export interface RunSuiteOptions {
  /** What is the same for all cases. */
  readonly job: Omit<CaseJob, "folder">;
  readonly signal: AbortSignal;
  readonly onResult: TakeResult;
}

/** More at once would leave one worker at work when the others have nothing left. */
const BATCH_MAX = 64;

/**
 * Runs cases. Results come in the order of `folders`, whatever order they were finished in, so that two runs print the same.
 */
export async function runSuite(
  folders: readonly string[],
  runner: CaseRunner,
  { job, signal, onResult }: RunSuiteOptions,
): Promise<readonly CaseResult[]> {
  const results = new Map<string, CaseResult>();
  const queue = folders.map((folder): CaseJob => ({ ...job, folder }));
  const take: TakeResult = (result, spent) => {
    results.set(result.name, result);
    onResult(result, spent);
  };
  const work = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, batchSize(queue.length, runner.width));
      queue.unshift(...(await runner.run(batch, take, signal)));
    }
  };
  // Never more than can run at once: a case that waits for a worker must not be taken for one that hangs.
  await Promise.all(Array.from({ length: runner.width }, work));
  return folders.flatMap((folder) => results.get(caseName(job.corpus, folder)) ?? []);
}

/** Large ones first, which save messages; small ones last, so that all workers end together. */
function batchSize(left: number, width: number): number {
  return Math.max(1, Math.min(BATCH_MAX, Math.ceil(left / (width * 4))));
}
