import type { Json, JsonObject } from "../../bytes/json.ts";

/** Stands for every item of a list. */
const EVERY = Symbol("every item");
export type FieldPath = readonly (string | number | typeof EVERY)[];

/** A place in a value, and what stands there. */
export interface Leaf {
  readonly path: readonly (string | number)[];
  readonly value: Json;
}

const STEP = /(?:^|\.)([A-Za-z_][A-Za-z0-9_-]*)|\[(\d{1,9})\]|\[(\*)\]/y;
const STEPS_MAX = 16;

/** Reads `payload`, `fields[1]`, `objects[*].text`; `undefined` if it is no path. */
export function parseFieldPath(text: string): FieldPath | undefined {
  const steps: (string | number | typeof EVERY)[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const [matched, name, index, every] = STEP.exec(text) ?? [];
    if (matched === undefined || steps.length === STEPS_MAX) return undefined;
    steps.push(name ?? (every === undefined ? Number(index) : EVERY));
  }
  return typeof steps[0] === "string" ? steps : undefined;
}

/** What stands in `value` at a path: nothing, one thing, or with `[*]` several. */
export function leavesAt(value: Json, path: FieldPath): readonly Leaf[] {
  return walk({ path: [], value }, path);
}

function walk({ path, value }: Leaf, [step, ...rest]: FieldPath): readonly Leaf[] {
  if (step === undefined) return [{ path, value }];
  if (isList(value)) {
    if (step === EVERY) return value.flatMap((item, index) => walk({ path: [...path, index], value: item }, rest));
    const item = typeof step === "number" ? value[step] : undefined;
    return item === undefined || typeof step !== "number" ? [] : walk({ path: [...path, step], value: item }, rest);
  }
  if (!isObject(value) || typeof step !== "string" || !Object.hasOwn(value, step)) return [];
  const member = value[step];
  return member === undefined ? [] : walk({ path: [...path, step], value: member }, rest);
}

/** Whether a place lies at the path, or inside what stands there. */
export function isWithin(place: readonly (string | number)[], path: FieldPath): boolean {
  return path.length <= place.length && path.every((step, index) => step === EVERY || step === place[index]);
}

/** `Array.isArray` narrows a readonly list to `any[]`; this keeps its type. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}
