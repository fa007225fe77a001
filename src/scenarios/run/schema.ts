import * as z from "zod";
import { ERROR_CODES } from "../../errors.ts";
import type { CaseResult } from "../case-result.ts";
import { caseDifferencesSchema } from "../differences/schema.ts";
import { RELATIONS } from "../relations/schema.ts";
import { CANARIES } from "./declared.ts";
import type { RunResult } from "./run-result.ts";

const name = z.string().min(1).max(4096);
const timings = z.record(name, z.number().int().min(0)).transform((nanos) => new Map(Object.entries(nanos)));

const words = z.string().max(1_000_000);
const count = z.int().min(0);
const canary = z.enum(CANARIES);

const caseOutcome = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("passed") }),
  z.strictObject({ type: z.literal("different"), words, pending: words, differences: caseDifferencesSchema }),
  z.strictObject({
    type: z.literal("unmet"),
    unmet: z.array(z.strictObject({ key: words, why: words, record: words.exactOptional() })),
  }),
  z.strictObject({ type: z.literal("broken"), relation: z.enum(RELATIONS), words }),
  z.strictObject({ type: z.literal("new"), pending: words }),
  z.strictObject({ type: z.literal("orphan"), folder: words }),
  z.strictObject({ type: z.literal("unexplained"), gaps: count }),
  z.strictObject({ type: z.literal("unstable"), words }),
  z.strictObject({ type: z.literal("untrusted"), canary, was: words }),
  z.strictObject({ type: z.literal("failed"), code: z.enum(ERROR_CODES), words }),
]);

const reached = z.array(words).max(10_000);

const caseResult = z.strictObject({
  name,
  outcome: caseOutcome,
  fed: count,
  said: count,
  coverage: z
    .strictObject({
      states: reached,
      transitions: reached,
      frames: reached,
      reactions: reached,
      faults: reached,
      disturbed: reached,
    })
    .exactOptional(),
  canary: canary.exactOptional(),
  quarantine: z
    .strictObject({ owner: words, reason: words, until: words, expired: z.boolean().exactOptional() })
    .exactOptional(),
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
        cases,
        ...(shard === undefined ? {} : { shard }),
        ...(timings === undefined ? {} : { timings }),
      },
    };
  }
  const [issue] = parsed.error.issues;
  return { problem: `${issue?.path.join(".") || "(top)"}: ${issue?.message ?? "is not valid"}` };
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
  return { key: parsed.data.key, result: parsed.data.result };
}

const finished = z.strictObject({ result: caseResult, nanos: z.number().int().min(0).optional() });

/** What a worker elsewhere says of a case. */
export function parseFinished(value: unknown): { result: CaseResult; nanos: number | undefined } | undefined {
  const parsed = finished.safeParse(value);
  if (!parsed.success) return undefined;
  return { result: parsed.data.result, nanos: parsed.data.nanos };
}
