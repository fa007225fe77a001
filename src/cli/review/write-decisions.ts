import { join } from "node:path";
import { accept } from "../../scenarios/accept.ts";
import { chooseCauses } from "../../scenarios/choose-causes.ts";
import type { Decisions } from "../../scenarios/review/decisions.ts";
import { writeReview } from "../../scenarios/review/review-file.ts";
import type { ConfigOptions } from "../config/config-file.ts";
import { EXIT, type ExitCode, worst } from "../exit.ts";
import { acceptanceExit, acceptanceWords, tryCases } from "../suite/suite-accept.ts";
import { exitOfCase } from "../suite/suite-words.ts";
import type { ReviewRun } from "./review-run.ts";

export interface WriteDecisionsOptions {
  /** Where rejections and notes are kept. */
  readonly reviewFile: string;
  readonly config: ConfigOptions;
  readonly signal: AbortSignal;
}

/** What was written, a line each, and the exit code: 0 only where every case passes now. */
export interface Written {
  readonly words: readonly string[];
  readonly code: ExitCode;
}

/** Carries out a review: accepted causes become golden, in one go; the rest is kept for the next review. */
export async function writeDecisions(
  { corpus, variant, clusters, others }: ReviewRun,
  decisions: Decisions,
  { reviewFile, config, signal }: WriteDecisionsOptions,
): Promise<Written> {
  await writeReview(reviewFile, decisions);
  const accepted = clusters.filter(({ id }) => decisions.decided.get(id)?.type === "accept");
  const open = clusters.length - accepted.length;
  const left: readonly ExitCode[] = [...(open === 0 ? [] : [EXIT.different]), ...others.map(exitOfCase)];
  if (accepted.length === 0) return { words: [`nothing accepted, ${open} open or rejected`], code: worst(left) };
  const { signatures, cases } = chooseCauses(
    clusters,
    accepted.map(({ id }) => id),
  );
  const reasons = accepted.map(({ id }) => decisions.decided.get(id)?.reason ?? "");
  const how = { corpus, causes: signatures, ...(variant === undefined ? {} : { variant }) };
  const trials = await tryCases(
    cases.map((name) => ({ ...how, folder: join(corpus, name) })),
    { config, signal },
  );
  const outcomes = await accept(trials, { ...how, reason: [...new Set(reasons)].join("\n") });
  return {
    words: acceptanceWords(outcomes),
    code: worst([...left, ...outcomes.map(({ outcome }) => acceptanceExit(outcome))]),
  };
}
