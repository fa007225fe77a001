import { type BadState, type Explored, explore } from "./explore.ts";
import { PLANTED_FAULTS } from "./planted-fault.ts";
import type { Trial } from "./trial.ts";
import { trialNamed, trials } from "./trials.ts";

/** What became of everything that was tried. */
export interface CrashMap {
  /** File operations of the undisturbed sessions. */
  readonly operations: number;
  /** Different disks that a cut, a kill or a refused operation left; from each a restart was made. */
  readonly states: number;
  /** Cuts of those restarts, and of the restarts after them. */
  readonly recoveryCuts: number;
  /** Cuts altogether: each different disk at work, with each thing that may have survived. */
  readonly cuts: number;
  readonly refusals: number;
  readonly bad: number;
  readonly trials: readonly TrialResult[];
  /** Planted mistakes, and whether they were found; empty if none were planted. */
  readonly planted: readonly PlantedResult[];
}

export interface PlantedResult {
  readonly mistake: string;
  readonly found: boolean;
  /** The shortest way to where it shows. */
  readonly first: BadState | undefined;
}

export interface TrialResult extends Explored {
  readonly name: Trial["name"];
}

export interface CrashMapOptions {
  /** Names of the trials; undefined: all. */
  readonly only: readonly string[] | undefined;
  readonly plant: boolean;
  /** Told before each part, which takes seconds. */
  progress(words: string): void;
  readonly signal: AbortSignal;
}

/** The trial in which mistakes are planted. */
export const PLANTED_IN = "update";

export const TRIAL_NAMES: readonly Trial["name"][] = trials().map(({ name }) => name);

/** Tries everything that can happen to a device in its life: `trials`. */
export function crashMap({ only, plant, progress, signal }: CrashMapOptions): CrashMap {
  const results: TrialResult[] = [];
  for (const trial of trials().filter(({ name }) => only === undefined || only.includes(name))) {
    signal.throwIfAborted();
    progress(trial.name);
    results.push({ name: trial.name, ...explore(trial) });
  }
  const sum = (count: (result: TrialResult) => number): number =>
    results.reduce((all, result) => all + count(result), 0);
  return {
    operations: sum(({ operations }) => operations),
    states: sum(({ states }) => states),
    recoveryCuts: sum(({ recoveryCuts }) => recoveryCuts),
    cuts: sum(({ cuts }) => cuts),
    refusals: sum(({ refusals }) => refusals),
    bad: sum(({ bad }) => bad.length),
    trials: results,
    planted: plant ? plantAll(progress, signal) : [],
  };
}

function plantAll(progress: (words: string) => void, signal: AbortSignal): PlantedResult[] {
  return Object.entries(PLANTED_FAULTS).map(([mistake, through]) => {
    signal.throwIfAborted();
    progress(`planted: ${mistake}`);
    const [first] = explore({ ...trialNamed(PLANTED_IN), through }).bad;
    return { mistake, found: first !== undefined, first };
  });
}
