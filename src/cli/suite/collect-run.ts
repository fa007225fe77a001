import type { RunResult } from "../../scenarios/run/run-result.ts";
import { configOf, configOptionsOf } from "../wiring.ts";
import { runOnce } from "./suite-run.ts";

export interface CollectOptions {
  readonly dir: string;
  readonly config?: string | undefined;
  readonly "no-config": boolean;
  readonly variant?: readonly string[] | undefined;
  readonly "case-timeout": number;
}

/** Runs a corpus for what its cases bring, not for their verdicts. */
export async function collectRun(
  { dir, ...flags }: CollectOptions,
  signal: AbortSignal,
): Promise<{ readonly result: RunResult; readonly corpus: string }> {
  return runOnce({
    dir,
    variants: flags.variant ?? [],
    caseTimeoutSeconds: flags["case-timeout"],
    config: configOptionsOf(flags),
    loaded: await configOf(flags),
    live: false,
    signal,
  });
}
