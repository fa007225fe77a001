import { Comparison } from "../../replayer/compare.ts";
import type { AtPolicy } from "../../replayer/divergence.ts";
import { SentBytes } from "../../replayer/sent-bytes.ts";
import type { SentCheck } from "../../replayer/sent-check.ts";
import { SentFrames } from "../../replayer/sent-frames.ts";
import { openTape, type TapeReader } from "../../tape/reader.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { resolveSubject } from "../subjects.ts";
import type { ReplayPlan } from "./plan.ts";
import type { Part } from "./session.ts";

/** What a participant or a live program sends, held against the tape as the policy says; `undefined`: not at all. */
export async function sentCheckOf(
  { policy, tolerance }: ReplayPlan,
  config: LoadedConfig,
  signal: AbortSignal,
): Promise<SentCheck | undefined> {
  switch (policy.type) {
    case "none":
      return undefined;
    case "match": {
      const { subject, config: settings } = await resolveSubject(policy.framer, undefined, config);
      return SentFrames.open({ framer: subject, config: settings, fields: policy.fields }, signal);
    }
    default:
      return new SentBytes(tolerance === undefined ? {} : { tolerance });
  }
}

/** A golden that is open, and the comparison with it. */
export interface Against extends AsyncDisposable {
  readonly golden: TapeReader;
  readonly comparison: Comparison;
}

/**
 * Opens the golden. Where the reads were cut anew, what comes out may come with an earlier or later read of the same bytes: then
 * time is not compared, unless there is a tolerance.
 */
export async function openAgainst(
  path: string,
  { rechunk, tolerance }: ReplayPlan,
  { from, until }: Part,
  role: "observer" | "participant",
): Promise<Against> {
  const golden = await openTape(path);
  const at: AtPolicy = tolerance ?? (rechunk === undefined ? "exact" : "ignored");
  const part = {
    ...(from === undefined ? {} : { from: from.at }),
    ...(until === undefined ? {} : { until: until.at }),
  };
  const comparison = new Comparison(golden.batches(), { role, at, ...part });
  return {
    golden,
    comparison,
    async [Symbol.asyncDispose]() {
      await comparison[Symbol.asyncDispose]();
      await golden[Symbol.asyncDispose]();
    },
  };
}
