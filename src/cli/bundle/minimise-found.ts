import { basename, resolve } from "node:path";
import type { BundledSubject } from "../../bundle/bundle-manifest.ts";
import type { Reproduction } from "../../bundle/reproduce.ts";
import type { Wrong } from "../../bundle/retrace.ts";
import type { Json, JsonObject } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import { type Divergence, pathText, type Said } from "../../replayer/divergence.ts";
import type { Minimised } from "../../scenarios/shrinking/minimise.ts";
import { compilePredicate } from "../../tape/predicate.ts";
import type { Budget, Keep } from "../minimise/request.ts";
import { type MinimiseWorld, runMinimise } from "../minimise/run-minimise.ts";

export interface MinimiseFound {
  /** The bundle's own name, for the folder of the case unless another one is named. */
  readonly bundle: string;
  readonly subject: BundledSubject;
  readonly out: string | undefined;
  readonly force: boolean;
  /** What must stay, in the predicate language; absent: what the reproduction found. */
  readonly keep: string | undefined;
  readonly budget: Budget;
}

/**
 * Makes the first tape on which something is wrong as small as can be: a failure of the subject, else what is other than where the bundle was made, else the
 * first fault. What is left is a scenario.
 *
 * @throws FieldtapeError INCOMPLETE where nothing is wrong, and those of `runMinimise`
 */
export async function minimiseFound(
  { tapes }: Reproduction,
  { bundle, subject, out, force, keep, budget }: MinimiseFound,
  world: MinimiseWorld,
): Promise<Minimised> {
  if (keep !== undefined) compilePredicate(keep);
  for (const { file, retraced } of tapes) {
    if (retraced.verdict === "cannot") continue;
    const kept: Keep | undefined = keep === undefined ? keepOf(retraced.wrong) : { type: "saying", expression: keep };
    if (kept === undefined) continue;
    const { name, builtIn, options, seed } = subject;
    const folder = out ?? `${basename(bundle).replace(/\.zip$/, "")}-minimised`;
    const named = { subject: builtIn ?? name, options: isEmpty(options) ? undefined : options, seed };
    const request = { ...named, path: file, keep: kept, signature: undefined, budget, force, resume: false };
    return await runMinimise({ ...request, out: resolve(folder) }, world);
  }
  throw new FieldtapeError("INCOMPLETE", "nothing is wrong that could be kept: no failure, no difference, no fault", {
    hint: "say what must stay: --keep EXPR",
  });
}

/** What a smaller tape must still show. */
function keepOf({ failure, divergence, fault }: Wrong): Keep | undefined {
  if (failure !== undefined) return { type: "failure" };
  const expression = divergence === undefined ? undefined : differenceOf(divergence);
  if (expression !== undefined) return { type: "saying", expression };
  return fault === undefined ? undefined : { type: "saying", expression: kindOf(fault) };
}

/** What is said here and was not said there. What was said there only cannot be kept: nothing here says it. */
function differenceOf(divergence: Divergence): string | undefined {
  if (divergence.type === "unexpected") return kindOf(divergence.actual);
  if (divergence.type !== "different" || divergence.path[0] !== "value") return undefined;
  const value = divergence.path
    .slice(1)
    .reduce<Json | undefined>(
      (within, step) => (isNested(within) ? within[step] : undefined),
      divergence.actual.type === "output" ? divergence.actual.value : undefined,
    );
  const kind = kindOf(divergence.actual);
  const isPlain = value !== undefined && (typeof value !== "object" || value === null);
  return isPlain ? `${kind} and ${pathText(divergence.path)} = ${JSON.stringify(value)}` : kind;
}

/** Which records are of the same kind: what said it, and what it is. */
function kindOf(record: Said): string {
  if (record.type === "raw") return `type = raw and dir = ${record.dir}`;
  const value = isMembers(record.value) ? record.value : {};
  const members = ["type", "fault", "state"].flatMap((name) => {
    const member = value[name];
    return typeof member === "string" ? [`value.${name} = ${JSON.stringify(member)}`] : [];
  });
  return [`machine = ${JSON.stringify(record.machine)}`, ...members].join(" and ");
}

function isEmpty(options: Json): boolean {
  return isMembers(options) && Object.keys(options).length === 0;
}

function isMembers(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNested(value: Json | undefined): value is { readonly [step: string | number]: Json | undefined } {
  return typeof value === "object" && value !== null;
}
