import type { CaseResult } from "./case-result.ts";
import type { Discovered } from "./discover.ts";
import type { CaseJob } from "./run-case.ts";
import { caseName } from "./scenario.ts";

/** Where cases are run: in this thread, or on a pool of them. */
export interface CaseRunner {
  run(job: CaseJob, signal: AbortSignal): Promise<CaseResult>;
  /** How many cases it can run at once. */
  readonly width: number;
}

export interface RunSuiteOptions {
  readonly corpus: string;
  readonly pendingFolder: string;
  readonly signal: AbortSignal;
  /** Hears of each result as it comes: for progress. */
  readonly onResult: (result: CaseResult) => void;
}

/**
 * Runs every case of a corpus. Results come in the order of the corpus, whatever order they were finished in, so that two runs print
 * the same.
 */
export async function runSuite(
  found: Discovered,
  runner: CaseRunner,
  options: RunSuiteOptions,
): Promise<readonly CaseResult[]> {
  const { corpus, pendingFolder, signal, onResult } = options;
  const results: CaseResult[] = [];
  const queue = found.folders.entries();
  const work = async (): Promise<void> => {
    for (const [index, folder] of queue) {
      const result = await runner.run({ corpus, folder, pendingFolder }, signal);
      results[index] = result;
      onResult(result);
    }
  };
  // Never more than can run at once: a case that waits for a thread must not be taken for one that hangs.
  await Promise.all(Array.from({ length: runner.width }, work));
  const orphans = found.orphans.map(
    (folder): CaseResult => ({ name: caseName(corpus, folder), outcome: { type: "orphan", folder }, fed: 0, said: 0 }),
  );
  return [...results, ...orphans];
}
