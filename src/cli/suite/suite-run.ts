import { mkdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { caseName } from "../../scenarios/case-folder.ts";
import type { CaseJob } from "../../scenarios/case-job.ts";
import { type CaseResult, verdict } from "../../scenarios/case-result.ts";
import { orphanOf, type RunResult, type Timings } from "../../scenarios/run/run-result.ts";
import { settle } from "../../scenarios/run/settle.ts";
import { type CaseRunner, runJobs } from "../../scenarios/run-jobs.ts";
import { formatIso } from "../../time/iso.ts";
import { type Nanos, seconds } from "../../time/nanos.ts";
import type { ConfigOptions, LoadedConfig } from "../config/config-file.ts";
import { realWorld, type World } from "../wiring.ts";
import { buildDigest } from "./build-digest.ts";
import { openThreads } from "./case-runner.ts";
import { CASE_TIMEOUT_SECONDS } from "./case-timeout.ts";
import { type Choice, type ChosenCases, chooseCases } from "./chosen-cases.ts";
import { repeatCases, withRepeats } from "./repeat-cases.ts";
import { portable } from "./result-file.ts";
import { keepTimings, readTimings } from "./timings-file.ts";
import { withDeclared } from "./with-declared.ts";

/** What `suite run` was asked for. */
export interface SuiteRequest extends Choice {
  /** Cases that pass are played in other ways too. */
  readonly relations: boolean;
  /** Variants whose goldens stand before the common ones. */
  readonly variants: readonly string[];
  /** Processes of `determinism` at once; absent: one for each processor. */
  readonly workers: number | undefined;
  readonly caseTimeoutSeconds: number;
  /** How often each case is played once more in a fresh process. */
  readonly determinism: number;
  /** Whether a case of which nothing has changed may keep its result. */
  readonly cache: boolean;
  readonly config: ConfigOptions;
  readonly loaded: LoadedConfig;
  /** Shows each case's verdict as it comes, on a terminal. */
  readonly live: boolean;
  readonly signal: AbortSignal;
}

export interface SuiteReport {
  readonly result: RunResult;
  readonly corpus: string;
  /** Cases whose results were known. */
  readonly cached: number;
  /** Wall time of the run. */
  readonly seconds: number;
}

/** Where a run keeps what the next one, or a person, may want. */
const KEPT = ".fieldtape";
const CLEAR_LINE = "\r\u001b[K";

/**
 * Finds the cases below a folder and runs those that are chosen, wherever that is done. Where it was done is over then: threads end while
 * the result is put together.
 *
 * @throws FieldtapeError INCOMPLETE when there is none
 */
export async function runCases(runner: CaseRunner, request: SuiteRequest): Promise<SuiteReport> {
  const world = realWorld({ sleep: "coarse" });
  const timings = readTimings();
  const chosen = await chooseCases(request, timings);
  const played = await playCases(runner, request, chosen, world);
  const over = runner[Symbol.asyncDispose]();
  const today = formatIso(world.wall.wallNow()).slice(0, 10);
  const settling = { today, repeated: request.determinism > 0 };
  const declared = await Promise.all(played.results.map((result) => withDeclared(result, chosen.corpus)));
  const settled = declared.map((result) => portable(settle(result, settling), process.cwd()));
  if (request.shard === undefined) keepTimings(timings, played.timings);
  await over;
  return {
    result: {
      format: "fieldtape-run",
      version: 1,
      plan: chosen.plan,
      ...(request.shard === undefined
        ? { cases: [...settled, ...chosen.plan.orphans.map(orphanOf)] }
        : { shard: request.shard, cases: settled, timings: played.timings }),
    },
    corpus: chosen.corpus,
    cached: played.cached,
    seconds: world.clock.now() / 1e9,
  };
}

type OnceRequest = Pick<SuiteRequest, "dir" | "config" | "loaded" | "variants" | "live" | "signal"> &
  Partial<Pick<SuiteRequest, "caseTimeoutSeconds">>;

/**
 * Runs all cases once, to see what differs now or what they bring; those of which nothing has changed are known.
 *
 * @throws FieldtapeError as `runCases`
 */
export async function runOnce({
  caseTimeoutSeconds = CASE_TIMEOUT_SECONDS,
  ...request
}: OnceRequest): Promise<SuiteReport> {
  const options = { config: request.config, workers: undefined, caseTimeoutSeconds };
  await using runner = await openThreads(options);
  return await runCases(runner, {
    ...request,
    ...options,
    filter: undefined,
    changedSince: undefined,
    shard: undefined,
    determinism: 0,
    cache: true,
    relations: false,
  });
}

interface PlayedCases {
  readonly results: readonly CaseResult[];
  readonly timings: Timings;
  readonly cached: number;
}

async function playCases(
  runner: CaseRunner,
  request: SuiteRequest,
  { corpus, folders }: ChosenCases,
  world: World,
): Promise<PlayedCases> {
  const timings = new Map<string, Nanos>();
  let cached = 0;
  const repeats = request.determinism > 0;
  // What is to be repeated must have been played now.
  const build = request.cache && !repeats ? await buildDigest(request.loaded, corpus) : undefined;
  await using kept = repeats ? await keptFolder() : undefined;
  const common = {
    corpus,
    pendingFolder: resolve(KEPT, "pending"),
    relations: request.relations,
    variants: request.variants,
    ...(build === undefined ? {} : { cache: { folder: resolve(KEPT, "passed"), build } }),
    ...(kept === undefined ? {} : { keep: kept.path }),
  };
  const jobs = folders.map((folder): CaseJob => ({ ...common, folder }));
  const results = await runJobs(jobs, runner, {
    signal: request.signal,
    onResult: ({ name, outcome }, spent) => {
      if (spent === undefined) cached += 1;
      else timings.set(name, spent);
      if (request.live) process.stderr.write(`${CLEAR_LINE}${verdict(outcome)}: ${name}`);
    },
  });
  if (request.live) process.stderr.write(CLEAR_LINE);
  if (kept === undefined) return { results, timings, cached };
  const failed = new Set(results.filter(({ outcome }) => outcome.type === "failed").map(({ name }) => name));
  const unstable = await repeatCases(
    folders.map((folder) => ({ name: caseName(corpus, folder), folder })).filter(({ name }) => !failed.has(name)),
    {
      times: request.determinism,
      corpus,
      kept: kept.path,
      config: request.config,
      clock: world.clock,
      caseLimit: seconds(request.caseTimeoutSeconds),
      width: request.workers ?? availableParallelism(),
      signal: request.signal,
    },
  );
  return { results: results.map((result) => withRepeats(result, unstable)), timings, cached };
}

/** A folder for this run alone. */
async function keptFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  mkdirSync(resolve(KEPT), { recursive: true });
  const path = await mkdtemp(join(resolve(KEPT), "said-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
