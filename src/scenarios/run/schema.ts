import { z } from "zod";
import type { CaseResult } from "../case-result.ts";
import type { RunResult } from "./run-result.ts";

const name = z.string().min(1).max(4096);
const timings = z.record(name, z.number().int().min(0));

/** What reads the outcome of a case knows its types; what a later version added is carried through. */
const caseResult = z.looseObject({
  name,
  outcome: z.looseObject({ type: z.string() }),
  fed: z.int().min(0),
  said: z.int().min(0),
});

const runResult = z.strictObject({
  format: z.literal("fieldtape-run"),
  version: z.literal(1),
  shard: z.strictObject({ index: z.int().min(1).max(1000), of: z.int().min(1).max(1000) }).optional(),
  plan: z.strictObject({ cases: z.int().min(0), digest: z.string().length(64), orphans: z.array(name).max(100_000) }),
  cases: z.array(caseResult).max(200_000),
  timings: timings.optional(),
});

/** A value checked to be a run's result: the value, or the first thing that is wrong. */
export function parseRunResult(value: unknown): { result: RunResult } | { problem: string } {
  const parsed = runResult.safeParse(value);
  if (parsed.success) {
    const { shard, timings, cases, ...rest } = parsed.data;
    return {
      result: {
        ...rest,
        cases: cases as unknown as readonly CaseResult[],
        ...(shard === undefined ? {} : { shard }),
        ...(timings === undefined ? {} : { timings }),
      },
    };
  }
  const [issue] = parsed.error.issues;
  return { problem: `${issue?.path.join(".") || "(top)"}: ${issue?.message ?? "is not valid"}` };
}

const timingsFile = z.strictObject({ format: z.literal("fieldtape-timings"), version: z.literal(1), nanos: timings });

/** `undefined`: no timings; a run is then divided without them. */
export function parseTimings(value: unknown): Readonly<Record<string, number>> | undefined {
  const parsed = timingsFile.safeParse(value);
  return parsed.success ? parsed.data.nanos : undefined;
}

const cached = z.strictObject({
  format: z.literal("fieldtape-passed"),
  version: z.literal(1),
  key: z.string(),
  result: caseResult,
});

/** A passed case as the cache keeps it. */
export function parseCached(value: unknown): { key: string; result: CaseResult } | undefined {
  const parsed = cached.safeParse(value);
  if (!parsed.success) return undefined;
  return { key: parsed.data.key, result: parsed.data.result as unknown as CaseResult };
}

const finished = z.strictObject({ result: caseResult, nanos: z.number().int().min(0).optional() });

/** What a worker elsewhere says of a case. */
export function parseFinished(value: unknown): { result: CaseResult; nanos: number | undefined } | undefined {
  const parsed = finished.safeParse(value);
  if (!parsed.success) return undefined;
  return { result: parsed.data.result as unknown as CaseResult, nanos: parsed.data.nanos };
}
