import { FieldtapeError } from "../../errors.ts";
import type { Said } from "../../replayer/divergence.ts";
import { compilePredicate } from "../../tape/predicate.ts";
import { ZERO } from "../../time/nanos.ts";
import { findDifferences } from "../differences/find-differences.ts";
import { signatureOf, textTemplate } from "../differences/signature.ts";
import { checkExpectations } from "../expectations/check-expectations.ts";
import type { Expectation } from "../expectations/schema.ts";
import { otherWays } from "../relations/check-relations.ts";
import { collect } from "../relations/fed-tape.ts";
import type { RelationName } from "../relations/schema.ts";
import { isFailure, playCandidate, type Seating } from "./player.ts";
import type { Symptoms } from "./trials.ts";

/** The subject says something that this predicate holds for. */
export function sayingSymptoms(seating: Seating, expression: string): Symptoms {
  const isMeant = compilePredicate(expression);
  return async function* (candidate, signal) {
    const outcome = await playCandidate(candidate, seating, signal);
    if (outcome.type === "said" && outcome.said.some(isMeant)) yield `says ${expression}`;
  };
}

/** The subject throws, hangs or dies. What it says then is the cause; numbers in it are not. */
export function failureSymptoms(seating: Seating): Symptoms {
  return async function* (candidate, signal) {
    const outcome = await playCandidate(candidate, seating, signal);
    if (outcome.type === "failed") yield failureSignature(outcome.failure);
  };
}

function failureSignature({ code, message, cause }: FieldtapeError): string {
  // Whoever drives it adds between which lines it happened: that is no part of the cause.
  const own = cause instanceof FieldtapeError ? cause.message : message;
  return `${code === "SUBJECT_HUNG" ? "hangs" : "crashes"}: ${textTemplate(own)}`;
}

/**
 * A record breaks one of the expectations. One that is not met because something was *not* said shows nothing: of a tape without records
 * the same is true.
 */
export function expectationSymptoms(seating: Seating, expectations: readonly Expectation[]): Symptoms {
  return async function* (candidate, signal) {
    const outcome = await playCandidate(candidate, seating, signal);
    if (outcome.type !== "said") return;
    for (const { key, why, record } of checkExpectations(expectations, outcome.said))
      if (record !== undefined) yield `${key}: ${textTemplate(why)}`;
  };
}

/** The subject says something else when it is played in a way that must not matter. */
export function relationSymptoms(seating: Seating, relation: RelationName): Symptoms {
  return async function* (candidate, signal) {
    const outcome = await playCandidate(candidate, seating, signal);
    if (outcome.type !== "said") return;
    const { ready, said: straight } = outcome;
    const played = { ...ready, straight, seed: seating.settings.seed };
    try {
      for await (const { expected, said, at } of otherWays(relation, played, await collect(ready.feed()), signal)) {
        const timed = at !== "ignored";
        for (const change of changes(expected, said, timed)) yield `${relation}: ${change}`;
      }
    } catch (thrown) {
      if (!(thrown instanceof FieldtapeError) || !isFailure(thrown)) throw thrown;
      yield `${relation}: ${failureSignature(thrown)}`;
    }
  };
}

/** Another subject, or another build of it, says something else to the same tape. */
export function againstSymptoms(seating: Seating, base: Seating): Symptoms {
  return async function* (candidate, signal) {
    const expected = await playCandidate(candidate, base, signal);
    if (expected.type !== "said") return;
    const actual = await playCandidate(candidate, seating, signal);
    if (actual.type === "failed") yield failureSignature(actual.failure);
    if (actual.type === "said") yield* changes(expected.said, actual.said, true);
  };
}

/** The signatures of everything in which what came differs from what was expected; `timed`: also in when it came. */
function changes(expected: readonly Said[], actual: readonly Said[], timed: boolean): readonly string[] {
  const placed = (said: readonly Said[]) =>
    said.map((record, index) => ({ line: index + 1, record: timed ? record : { ...record, at: ZERO } }));
  const { differences } = findDifferences(placed(expected), placed(actual));
  return [...new Set(differences.map(signatureOf))];
}
