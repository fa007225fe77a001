import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { FieldtapeError } from "../../errors.ts";
import type { CaseResult } from "../../scenarios/case-result.ts";
import { failed } from "../../scenarios/run-case.ts";
import type { Clock } from "../../time/clock.ts";
import { millis, type Nanos } from "../../time/nanos.ts";
import type { ConfigOptions } from "../config/config-file.ts";
import { portable } from "../suite/result-file.ts";
import { casePool } from "../suite/suite-pool.ts";
import { withDeclared } from "../suite/with-declared.ts";
import { layOut } from "./case-files.ts";
import { type QueueHouse, queueName } from "./open-queue.ts";
import { parseQueuedCase, type QueuedCase } from "./schema.ts";

export interface QueueWorkerOptions {
  readonly house: QueueHouse;
  readonly build: string | undefined;
  /** Where case files are fetched: a folder, or `http(s)://…`. */
  readonly files: string;
  readonly width: number;
  readonly config: ConfigOptions;
  readonly clock: Clock;
  /** It takes cases from now on. */
  readonly onReady: () => void;
  readonly onCase: (name: string) => void;
  readonly signal: AbortSignal;
}

/** A worker that does not say for so long that it is alive is dead, and its jobs are another one's. */
const LOCK_MS = 5_000;
const LOST_MAX = 5;

/** Takes cases out of the queue and runs them until it is told to stop. What is under way is finished first. */
export async function workOnQueue(options: QueueWorkerOptions): Promise<void> {
  const { house, build, width, signal } = options;
  await mkdir(resolve(".fieldtape"), { recursive: true });
  const corpora = await mkdtemp(join(resolve(".fieldtape"), "fetched-"));
  const pools = new Map<number, Promise<CasePool>>();
  const worker = new house.bullmq.Worker(
    queueName(build),
    async (job) => {
      const queued = parseQueuedCase(job.data);
      if (queued === undefined) throw new FieldtapeError("INPUT_MALFORMED", "the job is no case");
      options.onCase(queued.name);
      const pool = await poolFor(pools, queued, options);
      return await runQueued(queued, await mkdtemp(join(corpora, "case-")), pool, options);
    },
    {
      connection: house.connection,
      concurrency: width,
      lockDuration: LOCK_MS,
      stalledInterval: LOCK_MS,
      maxStalledCount: LOST_MAX,
    },
  );
  worker.on("error", () => undefined); // it connects again by itself
  try {
    await worker.waitUntilReady();
    options.onReady();
    await new Promise<void>((done) => {
      if (signal.aborted) done();
      signal.addEventListener("abort", () => done(), { once: true });
    });
  } finally {
    await worker.close();
    for (const pool of pools.values()) await (await pool)[Symbol.asyncDispose]();
    await rm(corpora, { recursive: true, force: true });
  }
}

type CasePool = Awaited<ReturnType<typeof casePool>>;

/** Runs with different limits do not share threads. */
function poolFor(
  pools: Map<number, Promise<CasePool>>,
  { caseTimeoutMs }: QueuedCase,
  options: QueueWorkerOptions,
): Promise<CasePool> {
  const { config, width, clock } = options;
  const pool = pools.get(caseTimeoutMs) ?? casePool({ config, width, clock, caseLimit: millis(caseTimeoutMs) });
  pools.set(caseTimeoutMs, pool);
  return pool;
}

async function runQueued(
  { name, files, relations, variants }: QueuedCase,
  corpus: string,
  pool: CasePool,
  { files: from, signal }: QueueWorkerOptions,
): Promise<{ result: CaseResult; nanos?: number }> {
  const folder = join(corpus, ...name.split("/"));
  try {
    await layOut(folder, files, { from, cache: resolve(".fieldtape", "files") });
    const job = { corpus, folder, pendingFolder: resolve(".fieldtape", "pending"), relations, variants };
    const taken: { result: CaseResult; spent: Nanos | undefined }[] = [];
    // What is under way is finished: nobody aborts it.
    await pool.run([job], (result, spent) => taken.push({ result, spent }), new AbortController().signal);
    const [done] = taken;
    if (done === undefined) throw new Error("bug in fieldtape: a case without a result");
    const declared = await withDeclared(done.result, corpus);
    const result = portable(declared, process.cwd());
    return { result, ...(done.spent === undefined ? {} : { nanos: done.spent }) };
  } catch (thrown) {
    // Its files cannot be had: that is told with the case, for the run and this worker go on.
    if (!(thrown instanceof FieldtapeError)) throw thrown;
    return { result: { name, outcome: failed(thrown, corpus), fed: 0, said: 0 } };
  } finally {
    if (!signal.aborted) await rm(corpus, { recursive: true, force: true });
  }
}
