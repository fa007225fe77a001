import type { Candidate } from "./candidate.ts";
import { type FrameView, reduceBytes, reduceFields } from "./reduce-frames.ts";
import { type Reduction, reduceChannels, reduceFaults, reduceRecords, reduceWindow } from "./reduce-records.ts";
import type { Over, Trials } from "./trials.ts";

/** What shrinking left. */
export interface Shrunk {
  readonly candidate: Candidate;
  /**
   * Absent: it is 1-minimal; no channel, record, fault, byte outside of frames or member of a frame can be left out or made smaller alone,
   * and each was tried. Otherwise why that is not known.
   */
  readonly over?: Over;
}

/**
 * Makes a candidate smaller, which shows what `trials` ask for, as long as it goes on showing it: channels, time window, records, faults,
 * then fields and bytes, and all of it again until a whole round finds nothing any more.
 */
export async function shrink(start: Candidate, view: FrameView, trials: Trials): Promise<Shrunk> {
  const reductions: readonly Reduction[] = [
    reduceChannels,
    reduceWindow,
    reduceRecords,
    reduceFaults,
    reduceFields(view),
    reduceBytes(view),
  ];
  let best = start;
  for (;;) {
    const before = best;
    for (const reduce of reductions) best = await reduce(best, trials);
    if (trials.over !== undefined) return { candidate: best, over: trials.over };
    if (best === before) return { candidate: best };
  }
}
