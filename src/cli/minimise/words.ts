import { relative } from "node:path";
import process from "node:process";
import type { JsonObject } from "../../bytes/json.ts";
import type { Minimised, Size } from "../../scenarios/shrinking/minimise.ts";
import { plural } from "../plural.ts";

/** How large the smallest tape is so far. */
export function smallerWords(size: Size, runs: number): string {
  return `  ${plural(runs, "run").padStart(9)}: ${sizeWords(size)}`;
}

/** What became of it, for a program. */
export function minimisedJson({ over, before, after, ...rest }: Minimised): JsonObject {
  return { ...rest, minimal: over === undefined, over, before: { ...before }, after: { ...after } };
}

/** What became of it, for a person. */
export function minimisedWords({ before, after, runs, over, out }: Minimised): string {
  const folder = relative(process.cwd(), out) || ".";
  const known = {
    minimal: "it is 1-minimal: nothing in it can be left out alone",
    budget: "the budget ended before it was known to be 1-minimal; --resume goes on",
    interrupted: "it was interrupted; this is the best so far, and --resume goes on",
  }[over ?? "minimal"];
  return `${folder}: ${sizeWords(after)}, of ${sizeWords(before)}, in ${plural(runs, "run")}\n${known}`;
}

function sizeWords({ records, bytes, faults }: Size): string {
  const disturbed = faults === 0 ? "" : `, ${plural(faults, "fault")}`;
  return `${plural(records, "record")}, ${plural(bytes, "byte")}${disturbed}`;
}
