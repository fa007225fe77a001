import type { RunResult } from "../../scenarios/run/run-result.ts";
import { configOf, configOptionsOf } from "../wiring.ts";
import { openThreads } from "./case-runner.ts";
import { runCases } from "./suite-run.ts";

export interface CollectOptions {
  readonly dir: string;
  readonly config?: string | undefined;
  readonly "no-config": boolean;
  readonly variant?: readonly string[] | undefined;
  readonly "case-timeout": number;
}

/** Runs a corpus for what its cases bring, not for their verdicts; those of which nothing has changed are known. */
export async function collectRun(
  { dir, ...flags }: CollectOptions,
  signal: AbortSignal,
): Promise<{ readonly result: RunResult; readonly corpus: string }> {
  const config = configOptionsOf(flags);
  const common = { config, workers: undefined, caseTimeoutSeconds: flags["case-timeout"] };
  await using runner = openThreads(common);
  return await runCases(runner, {
    ...common,
    dir,
    filter: undefined,
    changedSince: undefined,
    shard: undefined,
    relations: false,
    variants: flags.variant ?? [],
    determinism: 0,
    cache: true,
    loaded: await configOf(flags),
    live: false,
    signal,
  });
}
