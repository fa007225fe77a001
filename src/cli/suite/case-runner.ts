import { resolve } from "node:path";
import { seconds } from "../../time/nanos.ts";
import type { ConfigOptions, LoadedConfig } from "../config/config-file.ts";
import type { QueueRunner } from "../queue/queue-runner.ts";
import { realWorld } from "../wiring.ts";
import { casePool } from "./suite-pool.ts";

export interface ThreadsOptions {
  readonly config: ConfigOptions;
  /** Threads; absent: one for each processor. */
  readonly workers: number | undefined;
  readonly caseTimeoutSeconds: number;
}

/** Plays cases on threads of this machine. They load by themselves: opened first, they do it while the rest of the program loads. */
export function openThreads({ config, workers, caseTimeoutSeconds }: ThreadsOptions): ReturnType<typeof casePool> {
  const { clock } = realWorld({ sleep: "coarse" });
  return casePool({ config, width: workers, clock, caseLimit: seconds(caseTimeoutSeconds) });
}

export interface QueueOptions {
  /** The queue's address. */
  readonly redis: string;
  /** The folder that case files are put into for the workers. */
  readonly files: string;
  readonly loaded: LoadedConfig;
  readonly caseTimeoutSeconds: number;
  /** Words for a person. */
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Has cases played by whoever takes them out of a queue. */
export async function openQueue({
  redis,
  files,
  loaded,
  caseTimeoutSeconds,
  say,
  signal,
}: QueueOptions): Promise<QueueRunner> {
  const [{ queueHouse }, { QueueRunner }, { buildDigest }] = await Promise.all([
    import("../queue/open-queue.ts"),
    import("../queue/queue-runner.ts"),
    import("./build-digest.ts"),
  ]);
  return await QueueRunner.open({
    house: await queueHouse(redis, signal),
    build: await buildDigest(loaded, resolve("corpora")),
    store: files,
    caseTimeoutMs: caseTimeoutSeconds * 1_000,
    say,
  });
}
