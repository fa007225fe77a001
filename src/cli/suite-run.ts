import { resolve } from "node:path";
import process from "node:process";
import { FieldtapeError } from "../errors.ts";
import { type CaseResult, verdict } from "../scenarios/case-result.ts";
import { type Discovered, discover } from "../scenarios/discover.ts";
import { runSuite } from "../scenarios/run-suite.ts";
import { seconds } from "../time/nanos.ts";
import type { ConfigOptions } from "./config/config-file.ts";
import { corpusAround } from "./corpus.ts";
import { SuitePool } from "./suite-pool.ts";
import { realWorld } from "./wiring.ts";

/** What `suite run` was asked for. */
export interface SuiteRequest {
  readonly dir: string;
  /** Only cases whose name contains this. */
  readonly filter: string | undefined;
  /** Cases that pass are played in other ways too. */
  readonly relations: boolean;
  readonly workers: number | undefined;
  readonly caseTimeoutSeconds: number;
  readonly config: ConfigOptions;
  /** Shows each case's verdict as it comes, on a terminal. */
  readonly live: boolean;
  readonly signal: AbortSignal;
}

export interface SuiteReport {
  readonly results: readonly CaseResult[];
  /** Wall time of the run. */
  readonly seconds: number;
}

const CLEAR_LINE = "\r\u001b[K";

/**
 * Finds and runs the cases below a folder.
 *
 * @throws FieldtapeError INCOMPLETE when there is none
 */
export async function runSuiteBelow(request: SuiteRequest): Promise<SuiteReport> {
  const folder = resolve(request.dir);
  const corpus = corpusAround(folder);
  const { clock } = realWorld({ sleep: "coarse" });
  const caseLimit = seconds(request.caseTimeoutSeconds);
  await using pool = new SuitePool({ config: request.config, width: request.workers, clock, caseLimit });
  const found = chosen(await discover(folder), corpus, request); // while the threads start
  const results = await runSuite(found, pool, {
    corpus,
    pendingFolder: resolve(".fieldtape", "pending"),
    relations: request.relations,
    signal: request.signal,
    onResult: ({ name, outcome }) => {
      if (request.live) process.stderr.write(`${CLEAR_LINE}${verdict(outcome)}: ${name}`);
    },
  });
  if (request.live) process.stderr.write(CLEAR_LINE);
  return { results, seconds: clock.now() / 1e9 };
}

function chosen(found: Discovered, corpus: string, { dir, filter }: SuiteRequest): Discovered {
  const folders =
    filter === undefined ? found.folders : found.folders.filter((path) => path.slice(corpus.length).includes(filter));
  if (folders.length > 0) return { folders, orphans: filter === undefined ? found.orphans : [] };
  const matching = filter === undefined ? "" : ` matching ${JSON.stringify(filter)}`;
  throw new FieldtapeError("INCOMPLETE", `no scenario${matching} below ${dir}`, {
    hint: "docs/writing-a-scenario.md says how to write one",
  });
}
