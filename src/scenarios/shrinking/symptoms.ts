import { FieldtapeError } from "../../errors.ts";
import type { Said } from "../../replayer/divergence.ts";
import { compilePredicate } from "../../tape/predicate.ts";
import type { Rechunking } from "../../tape/rechunk.ts";
import { ZERO } from "../../time/nanos.ts";
import { findDifferences } from "../differences/find-differences.ts";
import { signatureOf, textTemplate } from "../differences/signature.ts";
import type { PlayOutcome, Seating } from "./player.ts";
import { playCandidate } from "./player.ts";
import type { Symptoms } from "./trials.ts";

/** The subject says something that this predicate holds for. */
export function sayingSymptoms(seating: Seating, expression: string): Symptoms {
  const isMeant = compilePredicate(expression);
  return async (candidate, signal) => {
    const outcome = await playCandidate({ candidate, seating }, signal);
    return outcome.type === "said" && outcome.said.some(isMeant) ? [`says ${expression}`] : [];
  };
}

/** The subject throws, hangs or dies. What it says then is the cause; numbers in it are not. */
export function failureSymptoms(seating: Seating): Symptoms {
  return async (candidate, signal) => {
    const outcome = await playCandidate({ candidate, seating }, signal);
    return outcome.type === "failed" ? [failureSignature(outcome.failure)] : [];
  };
}

function failureSignature({ code, message, cause }: FieldtapeError): string {
  // Whoever drives it adds between which lines it happened: that is no part of the cause.
  const own = cause instanceof FieldtapeError ? cause.message : message;
  return `${code === "SUBJECT_HUNG" ? "hangs" : "crashes"}: ${textTemplate(own)}`;
}

/** Reads cut by chance besides single bytes. */
const RANDOM_CUTS = 4;

/** The subject finds other frames when its reads are cut in another way. When it says them is no matter. */
export function rechunkSymptoms(seating: Seating): Symptoms {
  const cuts: readonly Rechunking[] = [
    { type: "pieces", size: 1 },
    ...Array.from(
      { length: RANDOM_CUTS },
      (_, index) => ({ type: "random", seed: seating.settings.seed + index }) as const,
    ),
  ];
  return async (candidate, signal) => {
    const joined = await playCandidate({ candidate, seating, rechunking: { type: "joined" } }, signal);
    if (joined.type === "failed") return [];
    const signatures: string[] = [];
    for (const rechunking of cuts) {
      const cut = await playCandidate({ candidate, seating, rechunking }, signal);
      signatures.push(...changes(framesOf(joined.said), cut, framesOf).map((change) => `re-chunk: ${change}`));
    }
    return [...new Set(signatures)];
  };
}

/** Another subject, or another build of it, says something else to the same tape. */
export function againstSymptoms(seating: Seating, base: Seating): Symptoms {
  return async (candidate, signal) => {
    const expected = await playCandidate({ candidate, seating: base }, signal);
    if (expected.type === "failed") return [];
    const actual = await playCandidate({ candidate, seating }, signal);
    return [...new Set(changes(expected.said, actual, (said) => said))];
  };
}

/** The signatures of everything in which what came differs from what was expected. */
function changes(
  expected: readonly Said[],
  actual: PlayOutcome,
  looked: (said: readonly Said[]) => readonly Said[],
): readonly string[] {
  if (actual.type === "failed") return [failureSignature(actual.failure)];
  return findDifferences(placed(expected), placed(looked(actual.said))).differences.map(signatureOf);
}

function placed(said: readonly Said[]) {
  return said.map((record, index) => ({ line: index + 1, record }));
}

/** Frames and faults: what says which bytes it was made of. They are compared without the time at which they were said. */
function framesOf(said: readonly Said[]): readonly Said[] {
  return said.flatMap((record) => {
    if (record.type !== "output") return [];
    const { value } = record;
    const framed = typeof value === "object" && value !== null && "span" in value;
    return framed ? [{ ...record, at: ZERO }] : [];
  });
}
