import type { Json, JsonObject } from "../../bytes/json.ts";
import type { Edit } from "../../machine/machine.ts";
import { smallest } from "./smallest.ts";

/** Tries another value at a place; whether it may stay there. */
export type Attempt = (path: Edit["path"], value: Json) => Promise<boolean>;

/**
 * Makes a decoded value smaller, member by member: numbers towards 0, texts and lists shorter, bytes (in hex) fewer and zero, `true`
 * to `false`.
 */
export async function reduceValue(path: Edit["path"], value: Json, attempt: Attempt): Promise<void> {
  if (typeof value === "number") await reduceNumber(path, value, attempt);
  else if (typeof value === "string") await reduceText(path, value, attempt);
  else if (value === true) await attempt(path, false);
  else if (isList(value)) {
    const kept = await smallest(value, (part) => attempt(path, part));
    for (const [index, item] of kept.entries()) await reduceValue([...path, index], item, attempt);
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (member !== undefined) await reduceValue([...path, key], member, attempt);
    }
  }
}

/** 0, or else the smallest that bisection finds: one less does not hold. */
async function reduceNumber(path: Edit["path"], value: number, attempt: Attempt): Promise<void> {
  if (value === 0 || (await attempt(path, 0)) || !Number.isSafeInteger(value) || value < 0) return;
  let refused = 0;
  let held = value;
  while (held - refused > 1) {
    const middle = refused + Math.floor((held - refused) / 2);
    if (await attempt(path, middle)) held = middle;
    else refused = middle;
  }
}

async function reduceText(path: Edit["path"], text: string, attempt: Attempt): Promise<void> {
  const pairs = /^(?:[0-9a-f]{2})+$/.test(text) ? text.match(/../g) : null;
  if (pairs === null) {
    await smallest([...text], (part) => attempt(path, part.join("")));
    return;
  }
  const kept = [...(await smallest(pairs, (part) => attempt(path, part.join(""))))];
  for (const [index, pair] of kept.entries()) {
    if (pair === "00") continue;
    const zeroed = kept.with(index, "00");
    if (await attempt(path, zeroed.join(""))) kept[index] = "00";
  }
}

/** `Array.isArray` narrows a readonly list to `any[]`; this keeps its type. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}
