import { toHex } from "../../bytes/hex.ts";
import type { Json, JsonObject } from "../../bytes/json.ts";
import { jsonDifference, type Path, type Said } from "../../replayer/divergence.ts";

/** One member in which two records differ; stamps and places in the bytes are `shifts.ts`'s. */
export type MemberDifference =
  | { readonly kind: "changed"; readonly path: Path; readonly before?: Json; readonly after?: Json }
  | { readonly kind: "renamed"; readonly path: Path; readonly to: string };

/** More members than this and it is another value altogether. */
const MEMBERS_MAX = 64;

/** Every member in which two records that stand for each other differ, the stamp and the offset of the span left out. */
export function compareRecords(expected: Said, actual: Said): readonly MemberDifference[] {
  const found: MemberDifference[] = [];
  if (expected.channel !== actual.channel) found.push(changed(["channel"], expected.channel, actual.channel));
  if (expected.type === "raw" && actual.type === "raw") {
    const [before, after] = [toHex(expected.bytes), toHex(actual.bytes)];
    return before === after ? found : [...found, changed(["bytes"], before, after)];
  }
  if (expected.type === "raw" || actual.type === "raw") return [changed(["type"], expected.type, actual.type)];
  const members: MemberDifference[] = [];
  if (isOneThing(expected.value, actual.value)) compareValues(expected.value, actual.value, ["value"], members);
  else members.push(changed(["value"], expected.value, actual.value));
  if (members.length <= MEMBERS_MAX) return [...found, ...members];
  return [...found, changed(["value"], expected.value, actual.value)];
}

/** What is of another type is another thing, and its members have nothing to do with each other; unless they are the same ones: then the type was renamed. */
function isOneThing(before: Json, after: Json): boolean {
  if (typeOf(before) === typeOf(after)) return true;
  if (!isObject(before) || !isObject(after)) return false;
  const names = Object.keys(before);
  return names.length === Object.keys(after).length && names.every((name) => has(after, name));
}

const typeOf = (value: Json): Json | undefined => (isObject(value) ? value["type"] : undefined);

function changed(path: Path, before: Json | undefined, after: Json | undefined): MemberDifference {
  return {
    kind: "changed",
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

function compareValues(before: Json | undefined, after: Json | undefined, path: Path, found: MemberDifference[]): void {
  if (before === after || found.length > MEMBERS_MAX + 1) return;
  if (isObject(before) && isObject(after)) compareObjects(before, after, path, found);
  else if (isList(before) && isList(after) && before.length === after.length) compareLists(before, after, path, found);
  else if (jsonDifference(before, after) !== undefined) found.push(changed(path, before, after));
}

function compareLists(before: readonly Json[], after: readonly Json[], path: Path, found: MemberDifference[]): void {
  // How far a frame reaches is part of what it is; where it begins is not.
  const isSpan = path.length === 2 && path[1] === "span" && before.length === 2;
  for (const [index, item] of before.entries()) {
    if (item === after[index] || (isSpan && index === 0)) continue;
    compareValues(item, after[index], [...path, index], found);
  }
}

function compareObjects(before: JsonObject, after: JsonObject, path: Path, found: MemberDifference[]): void {
  const gone: string[] = [];
  for (const [key, value] of Object.entries(before)) {
    if (value === undefined) continue;
    const now = after[key];
    // Most members are alike: their paths are never made.
    if (value === now) continue;
    if (has(after, key)) compareValues(value, now, [...path, key], found);
    else gone.push(key);
  }
  const come = Object.keys(after).filter((key) => after[key] !== undefined && !has(before, key));
  for (const key of gone) {
    const to = come.findIndex((name) => jsonDifference(before[key], after[name]) === undefined);
    const [name] = to < 0 ? [] : come.splice(to, 1);
    if (name === undefined) found.push(changed([...path, key], before[key], undefined));
    else found.push({ kind: "renamed", path: [...path, key], to: name });
  }
  for (const key of come) found.push(changed([...path, key], undefined, after[key]));
}

// Not `value[key]` alone: every object has a `toString`.
const has = (object: JsonObject, key: string): boolean => Object.hasOwn(object, key) && object[key] !== undefined;

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
