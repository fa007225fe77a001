import { createHash } from "node:crypto";
import { FieldtapeError } from "../../errors.ts";
import type { CaseResult } from "../case-result.ts";

/**
 * What a run, or one part of it, leaves for whoever puts parts together: a file of its own, the same bytes on any machine. Wall
 * times stand only in the file of a part; the whole has none.
 */
export interface RunResult {
  readonly format: "fieldtape-run";
  readonly version: 1;
  /** Which part this is, counted from 1; absent: the whole. */
  readonly shard?: Shard;
  readonly plan: RunPlan;
  /** In the order of the corpus. */
  readonly cases: readonly CaseResult[];
  /** Of a part: nanoseconds that each of its cases took, to divide the next run by. */
  readonly timings?: Timings;
}

export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Wall time of cases by their names, in nanoseconds. */
export type Timings = ReadonlyMap<string, number>;

/** What all parts of one run agree on. */
export interface RunPlan {
  /** Cases of all parts together, and a digest of their names in order. */
  readonly cases: number;
  readonly digest: string;
  /** Names of goldens without a scenario. */
  readonly orphans: readonly string[];
}

export function planOf(names: readonly string[], orphans: readonly string[]): RunPlan {
  const digest = createHash("sha256").update(names.join("\n")).digest("hex");
  return { cases: names.length, digest, orphans };
}

/** The file: one case a line, so that two of them can be compared by eye. */
export function runResultText({ format, version, shard, plan, cases, timings }: RunResult): string {
  const head = JSON.stringify({ format, version, ...(shard === undefined ? {} : { shard }), plan });
  const lines = cases.map((result) => JSON.stringify(result)).join(",\n");
  const tail = timings === undefined ? "" : `,"timings":${timingsText(timings)}`;
  return `${head.slice(0, -1)},"cases":[\n${lines}\n]${tail}}\n`;
}

/**
 * Puts the parts of a run together: the same value as that of one run of everything, in whatever order they are given.
 *
 * @throws FieldtapeError INCOMPLETE naming what is missing; USAGE when they are parts of different runs, or one is there twice
 */
export function mergeRuns(parts: readonly RunResult[]): RunResult {
  const [first] = parts;
  if (first === undefined) throw new FieldtapeError("USAGE", "there is nothing to merge");
  const of = first.shard?.of ?? 1;
  const byIndex = new Map<number, RunResult>();
  for (const part of parts) {
    if (part.plan.digest !== first.plan.digest || (part.shard?.of ?? 1) !== of) throw strangers();
    const index = part.shard?.index ?? 1;
    if (byIndex.has(index)) throw new FieldtapeError("USAGE", `part ${index} of ${of} is given twice`);
    byIndex.set(index, part);
  }
  const missing = Array.from({ length: of }, (_, n) => n + 1).filter((index) => !byIndex.has(index));
  if (missing.length > 0)
    throw new FieldtapeError("INCOMPLETE", `part ${missing.join(", ")} of ${of} is missing`, {
      hint: "a run is what all of its parts found: run the missing ones, or look why they left no result",
    });
  return { format: "fieldtape-run", version: 1, plan: first.plan, cases: wholeOf([...byIndex.values()], first.plan) };
}

/** How long each case of the parts took. */
export function timingsOf(parts: readonly RunResult[]): Timings {
  return new Map(parts.flatMap((part) => [...(part.timings ?? [])]));
}

/** As JSON: an object that grows by a thousand names takes longer to make than its text. */
export function timingsText(timings: Timings): string {
  return `{${[...timings].map(([name, nanos]) => `${JSON.stringify(name)}:${nanos}`).join(",")}}`;
}

function wholeOf(parts: readonly RunResult[], plan: RunPlan): readonly CaseResult[] {
  const orphans = new Set(plan.orphans);
  const cases = parts.flatMap((part) => part.cases).toSorted((a, b) => compareNames(a.name, b.name));
  const played = cases.filter(({ name, outcome }) => !(outcome.type === "orphan" && orphans.has(name)));
  if (planOf(played.map(({ name }) => name).toSorted(compareNames), []).digest !== plan.digest)
    throw new FieldtapeError("INCOMPLETE", `the parts have ${played.length} cases and the run has ${plan.cases}`, {
      hint: "all parts must be divided by the same timings: give each the same .fieldtape/timings.json, or none",
    });
  return [...played, ...plan.orphans.map(orphanOf)];
}

/** A golden without a scenario, as the outcome that it is. */
export function orphanOf(name: string): CaseResult {
  return { name, outcome: { type: "orphan", folder: name }, fed: 0, said: 0 };
}

/** By the parts of the name, as folders are listed: never by locale. */
export function compareNames(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (let depth = 0; depth < Math.min(left.length, right.length); depth += 1) {
    const one = left[depth] ?? "";
    const other = right[depth] ?? "";
    if (one !== other) return one < other ? -1 : 1;
  }
  return left.length - right.length;
}

function strangers(): FieldtapeError {
  return new FieldtapeError("USAGE", "these are parts of different runs", {
    hint: "all parts must be of the same corpus, chosen by the same flags, and divided by the same number",
  });
}
