import type { Job, Queue, QueueEvents } from "bullmq";
import { FieldtapeError } from "../../errors.ts";
import { caseName } from "../../scenarios/case-folder.ts";
import type { CaseJob } from "../../scenarios/case-job.ts";
import type { CaseResult } from "../../scenarios/case-result.ts";
import { parseFinished } from "../../scenarios/run/schema.ts";
import type { CaseRunner, TakeResult } from "../../scenarios/run-jobs.ts";
import { type Nanos, nanos, ZERO } from "../../time/nanos.ts";
import { publishCase } from "./case-files.ts";
import { type QueueHouse, queueName } from "./open-queue.ts";
import type { QueuedCase } from "./schema.ts";

export interface QueueRunnerOptions {
  readonly house: QueueHouse;
  readonly build: string | undefined;
  /** The folder that case files are put into. */
  readonly store: string;
  readonly caseTimeoutMs: number;
  /** Words for a person. */
  readonly say: (text: string) => void;
}

/** Results of finished jobs are looked up by whoever waits; then they are of no use. */
const KEPT_SECONDS = 3_600;

/** Runs cases wherever a worker takes them out of the queue. A worker that is killed loses its jobs to another one. */
export class QueueRunner implements CaseRunner {
  /** Jobs are waited for, not worked on: as many batches at once as keep a fleet busy. */
  readonly width = 16;
  readonly #options: QueueRunnerOptions;
  readonly #queue: Queue;
  readonly #events: QueueEvents;

  private constructor(options: QueueRunnerOptions) {
    const { bullmq, connection } = options.house;
    const name = queueName(options.build);
    this.#options = options;
    this.#queue = new bullmq.Queue(name, { connection });
    this.#events = new bullmq.QueueEvents(name, { connection });
    // Said by whoever waits for something; without a listener it would end the process.
    this.#queue.on("error", () => undefined);
    this.#events.on("error", () => undefined);
  }

  static async open(options: QueueRunnerOptions): Promise<QueueRunner> {
    const runner = new QueueRunner(options);
    await runner.#events.waitUntilReady();
    if ((await runner.#queue.getWorkersCount()) === 0) options.say(NOBODY);
    return runner;
  }

  async run(
    jobs: readonly CaseJob[],
    onResult: TakeResult<CaseResult>,
    signal: AbortSignal,
  ): Promise<readonly CaseJob[]> {
    const wanted = await Promise.all(
      jobs.map(async (job) => ({
        name: "case",
        data: await this.#queuedCase(job),
        opts: { removeOnComplete: { age: KEPT_SECONDS }, removeOnFail: { age: KEPT_SECONDS }, attempts: 1 },
      })),
    );
    const queued = await untilAborted(this.#queue.addBulk(wanted), signal);
    try {
      await Promise.all(
        queued.map(async (job) => {
          const { result, spent } = await this.#answerOf(job, signal);
          onResult(result, spent);
        }),
      );
    } finally {
      // Nobody wants to know any more; what a worker is at stays with it.
      if (signal.aborted) await Promise.allSettled(queued.map((job) => job.remove()));
    }
    return [];
  }

  async #answerOf(
    job: Job<QueuedCase>,
    signal: AbortSignal,
  ): Promise<{ readonly result: CaseResult; readonly spent: Nanos }> {
    let answer: unknown;
    try {
      answer = await untilAborted(job.waitUntilFinished(this.#events), signal);
    } catch (thrown) {
      signal.throwIfAborted();
      return { result: lostCase(job.data.name, thrown), spent: ZERO };
    }
    const finished = parseFinished(answer);
    if (finished === undefined) throw new FieldtapeError("INPUT_MALFORMED", "a worker's answer is no result of a case");
    return { result: finished.result, spent: nanos(finished.nanos ?? 0) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#events.close();
    await this.#queue.close();
  }

  async #queuedCase({ corpus, folder, relations = false, variants = [] }: CaseJob): Promise<QueuedCase> {
    return {
      name: caseName(corpus, folder),
      files: [...(await publishCase(folder, this.#options.store))],
      relations,
      variants: [...variants],
      caseTimeoutMs: this.#options.caseTimeoutMs,
    };
  }
}

const NOBODY =
  "nobody takes cases from this queue yet: start fieldtape suite worker there, with the same build and configuration";

/** A case that takes every worker down with it, as the queue tells it. */
function lostCase(name: string, thrown: unknown): CaseResult {
  const words = `its workers gave no result: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  return { name, outcome: { type: "failed", code: "SUBJECT_CRASHED", words }, fed: 0, said: 0 };
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
