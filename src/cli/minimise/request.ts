import type { Json } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import { RELATIONS, type RelationName } from "../../scenarios/relations/schema.ts";
import { compilePredicate } from "../../tape/predicate.ts";
import { parseDuration } from "../../time/duration.ts";
import type { Nanos } from "../../time/nanos.ts";
import { parseOptionsFlag } from "../options-flag.ts";

/** What `scenario minimise` was asked for, checked. */
export interface MinimiseRequest {
  readonly path: string;
  readonly subject: string | undefined;
  readonly options: Json | undefined;
  readonly seed: number | undefined;
  readonly keep: Keep;
  readonly signature: string | undefined;
  readonly budget: Budget;
  readonly out: string | undefined;
  readonly force: boolean;
  readonly resume: boolean;
}

/** What must stay; subjects by their names. */
export type Keep =
  | { readonly type: "any" | "failure" | "expectation" }
  | { readonly type: "saying"; readonly expression: string }
  | { readonly type: "relation"; readonly relation: RelationName }
  | { readonly type: "against"; readonly subject: string; readonly options: Json | undefined };

/** When the search ends: after a time, or after so many runs of the subject. */
export type Budget = { readonly type: "time"; readonly span: Nanos } | { readonly type: "runs"; readonly runs: number };

/** The flags as the command line gives them. */
export interface MinimiseFlags extends SearchFlags {
  readonly subject?: string | undefined;
  readonly options?: string | undefined;
  readonly seed?: number | undefined;
  readonly out?: string | undefined;
  readonly force: boolean;
  readonly resume: boolean;
}

/** Those that say what must stay, and how long it is looked for. */
export interface SearchFlags {
  readonly keep?: string | undefined;
  readonly failure: boolean;
  /** A tape without a case has none. */
  readonly expectation?: boolean;
  readonly relation?: string | undefined;
  readonly against?: string | undefined;
  readonly "against-options"?: string | undefined;
  readonly signature?: string | undefined;
  readonly budget: string;
}

/** @throws FieldtapeError USAGE, PREDICATE_INVALID, what reading options throws */
export async function minimiseRequest(path: string, flags: MinimiseFlags): Promise<MinimiseRequest> {
  const { subject, seed, out, force, resume } = flags;
  return {
    path,
    subject,
    options: await optionsOf(flags.options),
    seed,
    out,
    force,
    resume,
    ...(await searchOf(flags)),
  };
}

/** @throws FieldtapeError USAGE, PREDICATE_INVALID, what reading options throws */
export async function searchOf(flags: SearchFlags): Promise<Pick<MinimiseRequest, "keep" | "signature" | "budget">> {
  const budget = budgetOf(flags.budget);
  return { keep: await keepOf(flags), signature: flags.signature, budget };
}

async function keepOf(flags: SearchFlags): Promise<Keep> {
  const { keep: expression, relation, against } = flags;
  const asked: Keep[] = [];
  if (expression !== undefined) {
    compilePredicate(expression);
    asked.push({ type: "saying", expression });
  }
  if (flags.failure) asked.push({ type: "failure" });
  if (flags.expectation === true) asked.push({ type: "expectation" });
  if (relation !== undefined) asked.push({ type: "relation", relation: relationOf(relation) });
  if (against !== undefined)
    asked.push({ type: "against", subject: against, options: await optionsOf(flags["against-options"]) });
  else if (flags["against-options"] !== undefined)
    throw new FieldtapeError("USAGE", "--against-options says nothing without --against");
  if (asked.length > 1)
    throw new FieldtapeError("USAGE", "one thing can stay: --keep, --failure, --expectation, --relation or --against");
  return asked[0] ?? { type: "any" };
}

function relationOf(name: string): RelationName {
  const relation = RELATIONS.find((one) => one === name);
  if (relation !== undefined) return relation;
  throw new FieldtapeError("USAGE", `there is no relation ${name}`, { hint: `one of: ${RELATIONS.join(", ")}` });
}

async function optionsOf(text: string | undefined): Promise<Json | undefined> {
  return text === undefined ? undefined : parseOptionsFlag(text);
}

/** @throws FieldtapeError USAGE */
export function budgetOf(text: string): Budget {
  if (!/^[0-9]{1,9}$/.test(text)) return { type: "time", span: parseDuration(text) };
  return { type: "runs", runs: Number(text) };
}
