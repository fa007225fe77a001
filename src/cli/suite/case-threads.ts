import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type Tinypool from "tinypool";
import { programRoot } from "../program-root.ts";
import { TIMINGS } from "./timings-file.ts";

/** As long as the file of timings is this long for each, there is work for another thread: about a hundred cases. */
const TIMINGS_A_THREAD = 2_048;

/** Begun, and not taken yet. */
let begun: Tinypool | undefined;

/**
 * Starts threads for cases before anybody can say what they are to do: starting takes as long as loading the command that wants them, and
 * goes on beside it. Those that nobody takes keep nobody waiting.
 */
export async function beginThreads(): Promise<void> {
  begun = await startThreads(availableParallelism());
}

/** A pool of threads, those that were begun if any were. `width`: at most so many; absent: one for each processor. */
export async function takeThreads(width: number | undefined): Promise<Tinypool> {
  if (width !== undefined || begun === undefined) return await startThreads(width ?? availableParallelism());
  const taken = begun;
  begun = undefined;
  return taken;
}

async function startThreads(width: number): Promise<Tinypool> {
  const { default: Pool } = await import("tinypool");
  return new Pool({
    filename: join(programRoot(), "bin", "suite-worker.js"),
    // As many as the last run here had work for; others start when there is some: each costs as much as a hundred small cases.
    minThreads: Math.min(width, 1 + Math.floor(sizeOf(resolve(TIMINGS)) / TIMINGS_A_THREAD)),
    maxThreads: width,
  });
}

/** 0 for what is not there, or cannot be looked at. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
