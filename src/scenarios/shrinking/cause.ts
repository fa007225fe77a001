import { FieldtapeError, unreachable } from "../../errors.ts";
import type { Expectation } from "../expectations/schema.ts";
import { RELATIONS, type RelationName } from "../relations/schema.ts";
import type { Candidate } from "./candidate.ts";
import type { Seating } from "./player.ts";
import { againstSymptoms, expectationSymptoms, failureSymptoms, relationSymptoms, sayingSymptoms } from "./symptoms.ts";
import type { Symptoms } from "./trials.ts";

/** What must stay while a tape is made smaller; `any`: the first of failure, expectations and relations that shows something. */
export type Cause =
  | { readonly type: "any" }
  | { readonly type: "saying"; readonly expression: string }
  | { readonly type: "failure" }
  | { readonly type: "expectation" }
  | { readonly type: "relation"; readonly relation: RelationName }
  | { readonly type: "against"; readonly base: Seating };

/** A symptom that was found, and how it is looked for. */
export interface FoundCause {
  readonly cause: Exclude<Cause, { type: "any" }>;
  readonly symptoms: Symptoms;
  readonly signature: string;
}

export interface Suspect {
  readonly candidate: Candidate;
  readonly seating: Seating;
  readonly expectations: readonly Expectation[];
  /** Relations that the case opts out of. */
  readonly without: { readonly [name in RelationName]?: string | undefined };
  readonly cause: Cause;
  /** A part of the signature that is meant, where there are several. */
  readonly wanted?: string | undefined;
}

/** The first symptom that the suspect shows. @throws FieldtapeError INCOMPLETE when it shows none */
export async function findCause(suspect: Suspect, signal: AbortSignal): Promise<FoundCause> {
  const { candidate, wanted = "" } = suspect;
  for (const cause of causesOf(suspect)) {
    const symptoms = symptomsOf(cause, suspect);
    for await (const signature of symptoms(candidate, signal))
      if (signature.includes(wanted)) return { cause, symptoms, signature };
  }
  throw nothingShown(suspect);
}

/** Two runs that differ are no relation to keep: nothing about such a subject can be tried. */
function causesOf({ cause, without }: Suspect): readonly FoundCause["cause"][] {
  if (cause.type !== "any") return [cause];
  const relations = RELATIONS.filter((relation) => relation !== "twice" && without[relation] === undefined);
  return [
    { type: "failure" },
    { type: "expectation" },
    ...relations.map((relation) => ({ type: "relation", relation }) as const),
  ];
}

function symptomsOf(cause: FoundCause["cause"], { seating, expectations }: Suspect): Symptoms {
  switch (cause.type) {
    case "saying":
      return sayingSymptoms(seating, cause.expression);
    case "failure":
      return failureSymptoms(seating);
    case "expectation":
      return expectationSymptoms(seating, expectations);
    case "relation":
      return relationSymptoms(seating, cause.relation);
    case "against":
      return againstSymptoms(seating, cause.base);
    default:
      return unreachable(cause);
  }
}

function nothingShown({ cause, wanted }: Suspect): FieldtapeError {
  const what = {
    any: "it does not fail, no record breaks an expectation, and every relation holds",
    saying: "the subject says no such record",
    failure: "the subject does not fail",
    expectation: "no record breaks an expectation",
    relation: "the relation holds",
    against: "both say the same",
  }[cause.type];
  const among = wanted === undefined ? "" : ` with ${JSON.stringify(wanted)} in its signature`;
  return new FieldtapeError("INCOMPLETE", `nothing is wrong that could be kept${among}: ${what}`, {
    hint: "say what must stay: --keep EXPR for something that is said, or --against SUBJECT for a difference; a smaller tape has no golden",
  });
}
