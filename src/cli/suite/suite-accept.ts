import { join, resolve } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { VARIANT_NAME } from "../../scenarios/case-folder.ts";
import { chooseCauses } from "../../scenarios/choose-causes.ts";
import { clustersOf } from "../../scenarios/differences/cluster.ts";
import { discover } from "../../scenarios/discover.ts";
import { runJobs } from "../../scenarios/run-jobs.ts";
import { isRefusal, type Trial, type TrialJob } from "../../scenarios/trial.ts";
import { seconds } from "../../time/nanos.ts";
import type { ConfigOptions, LoadedConfig } from "../config/config-file.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { realWorld } from "../wiring.ts";
import { CASE_TIMEOUT_SECONDS } from "./case-timeout.ts";
import { trialPool } from "./suite-pool.ts";
import { runOnce } from "./suite-run.ts";
import { caseWords, differingCases, exitOf } from "./suite-words.ts";

/** What `suite accept` was asked for. */
export interface AcceptRequest {
  readonly names: readonly string[];
  readonly clusters: readonly string[];
  readonly corpus: string;
  readonly variant: string | undefined;
  readonly config: ConfigOptions;
  readonly signal: AbortSignal;
}

/**
 * Finds the cases that are meant: by name, or by what they differ by.
 *
 * @throws FieldtapeError USAGE when nothing is meant, or nothing by that name
 */
export async function toAccept(
  request: AcceptRequest,
  loaded: LoadedConfig,
): Promise<{ folders: readonly string[]; causes?: readonly string[] }> {
  const { names, clusters, variant } = request;
  refuseNoVariant(variant);
  if (clusters.length > 0) return await byCause(request, loaded);
  if (names.length > 0) return { folders: await byName(request) };
  throw new FieldtapeError("USAGE", "say which cases, or which cause with --cluster", {
    hint: "fieldtape suite run names the causes, fieldtape suite list the cases",
  });
}

/** @throws FieldtapeError USAGE for what no variant can be called */
export function refuseNoVariant(variant: string | undefined): void {
  if (variant === undefined || VARIANT_NAME.test(variant)) return;
  throw new FieldtapeError("USAGE", `${JSON.stringify(variant)} is no name of a variant`, {
    hint: "lower-case letters, digits and hyphens",
  });
}

async function byCause(request: AcceptRequest, loaded: LoadedConfig) {
  const { names, clusters, corpus, variant, config, signal } = request;
  const variants = variant === undefined ? [] : [variant];
  const { result } = await runOnce({ dir: corpus, config, loaded, variants, live: false, signal });
  const { signatures, cases } = chooseCauses(clustersOf(differingCases(result.cases)), clusters);
  const wanted = names.length === 0 ? cases : cases.filter((name) => names.some((place) => isBelow(name, place, "/")));
  return { folders: wanted.map((name) => join(resolve(corpus), name)), causes: signatures };
}

async function byName({ names, corpus }: AcceptRequest): Promise<readonly string[]> {
  const { folders } = await discover(resolve(corpus));
  const places = names.map((name) => resolve(corpus, name));
  const wanted = folders.filter((folder) => places.some((place) => isBelow(folder, place, "/")));
  if (wanted.length > 0) return wanted;
  throw new FieldtapeError("USAGE", `no case of ${corpus} is called ${names.join(", ")}`, {
    hint: "see fieldtape suite list",
  });
}

/** Tries on threads what accepting the cases would do. One that hangs or dies there is refused like any other. */
export async function tryCases(
  jobs: readonly TrialJob[],
  { config, signal }: { readonly config: ConfigOptions; readonly signal: AbortSignal },
): Promise<readonly Trial[]> {
  const { clock } = realWorld({ sleep: "coarse" });
  await using pool = await trialPool({ config, width: undefined, clock, caseLimit: seconds(CASE_TIMEOUT_SECONDS) });
  return await runJobs(jobs, pool, { signal });
}

function isBelow(folder: string, place: string, separator: string): boolean {
  return folder === place || folder.startsWith(`${place}${separator}`);
}

export function acceptanceExit(outcome: Trial["outcome"]): ExitCode {
  if (isRefusal(outcome)) return exitOf(outcome);
  return outcome.type === "mixed" ? EXIT.different : EXIT.ok;
}

/** Names shown of those that were accepted: a decision may be about thousands. */
const NAMED_MAX = 20;
const REFUSED_MAX = 5;

/** What became of the cases, for a person. */
export function acceptanceWords(accepted: readonly Trial[]): string[] {
  const fine = accepted.filter(({ outcome }) => outcome.type === "accepted" || outcome.type === "unchanged");
  const left = accepted.filter((acceptance) => !fine.includes(acceptance));
  const lints = accepted.flatMap(({ name, lints }) => lints.map((lint) => `${name}: ${lint}`));
  return [
    ...bounded(
      fine.map(({ name, outcome }) => `${outcome.type}: ${name}`),
      NAMED_MAX,
    ),
    ...bounded(left.flatMap(leftWords), REFUSED_MAX),
    ...(left.some(({ outcome }) => isRefusal(outcome))
      ? ["nothing was accepted: all of a decision, or none of it"]
      : []),
    ...bounded(lints, NAMED_MAX),
  ];
}

function leftWords({ name, outcome }: Trial): string[] {
  if (isRefusal(outcome)) return [caseWords({ name, outcome, fed: 0, said: 0 })];
  if (outcome.type !== "mixed") return [];
  return [[`left as it is: ${name}, which also has`, ...outcome.others].join("\n  ")];
}

function bounded(words: readonly string[], max: number): string[] {
  return words.length <= max ? [...words] : [...words.slice(0, max), `… and ${words.length - max} more`];
}
