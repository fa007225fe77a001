import type { Json, JsonObject } from "../bytes/json.ts";
import type { OutputRecord, RawRecord, TapeRecord } from "../tape/record.ts";
import type { Nanos } from "../time/nanos.ts";
import type { Placed } from "./placed.ts";

/** What a subject says on a tape, and what a golden holds of it. */
export type Said = OutputRecord | RawRecord;

/** Where two values differ first: member names and indexes from the outside in. */
export type Path = readonly (string | number)[];

/**
 * The first difference between what was expected and what came.
 *
 * - `different`: both are there; `path` says where they differ first.
 * - `missing`: expected, and nothing came. `unexpected`: nothing more was expected, and this came.
 * - `sent`: the bytes that a participant sent leave the recorded ones at byte `offset` of that channel's stream. `expected`
 *   and `actual` are bytes around that place, of which the first stands at offset `start`; empty: there are none.
 */
export type Divergence =
  | { readonly type: "different"; readonly path: Path; readonly expected: Placed<Said>; readonly actual: Said }
  | { readonly type: "missing"; readonly expected: Placed<Said> }
  | { readonly type: "unexpected"; readonly actual: Said }
  | SentDivergence;

export interface SentDivergence {
  readonly type: "sent";
  readonly channel: number;
  readonly offset: number;
  readonly start: number;
  readonly expected: Uint8Array;
  readonly actual: Uint8Array;
  /** The recorded bytes from `offset` on stand on this line; 0: nothing (more) was recorded. */
  readonly line: number;
  /** When it came, or when it should have come. */
  readonly at: Nanos;
  /** With a tolerance: the bytes are the same and came this many nanoseconds later (negative: earlier) than recorded. */
  readonly late?: number;
}

/** When the divergence happened, in tape time. */
export function divergedAt(divergence: Divergence): Nanos {
  if (divergence.type === "sent") return divergence.at;
  return divergence.type === "missing" ? divergence.expected.record.at : divergence.actual.at;
}

/** How far apart two stamps may be: exactly alike, not looked at, or at most so many nanoseconds. */
export type AtPolicy = "exact" | "ignored" | Nanos;

/** Whether what was said is what a comparison looks at: frames, faults, states, and bytes that a participant sent. */
export function isSaid(record: TapeRecord): record is Said {
  return record.type === "output" || record.type === "raw";
}

/** Where two said records differ first, in canonical order of their members; `undefined` if they do not. */
export function firstDifference(expected: Said, actual: Said, at: AtPolicy): Path | undefined {
  if (expected.type !== actual.type) return ["type"];
  if (!sameAt(expected.at, actual.at, at)) return ["at"];
  if (expected.type === "raw" && actual.type === "raw") return rawDifference(expected, actual);
  if (expected.type === "output" && actual.type === "output") {
    if (expected.machine !== actual.machine) return ["machine"];
    if (expected.channel !== actual.channel) return ["channel"];
    const path = jsonDifference(expected.value, actual.value);
    return path === undefined ? undefined : ["value", ...path];
  }
  return undefined;
}

function sameAt(expected: Nanos, actual: Nanos, policy: AtPolicy): boolean {
  if (policy === "ignored") return true;
  return policy === "exact" ? expected === actual : Math.abs(expected - actual) <= policy;
}

function rawDifference(expected: RawRecord, actual: RawRecord): Path | undefined {
  if (expected.channel !== actual.channel) return ["channel"];
  if (expected.dir !== actual.dir) return ["dir"];
  const offset = byteDifference(expected.bytes, actual.bytes);
  return offset === undefined ? undefined : ["bytes", offset];
}

/** The first offset at which two byte strings differ (one may end there); `undefined` if they are the same. */
export function byteDifference(expected: Uint8Array, actual: Uint8Array): number | undefined {
  const shorter = Math.min(expected.length, actual.length);
  for (let offset = 0; offset < shorter; offset += 1) if (expected[offset] !== actual[offset]) return offset;
  return expected.length === actual.length ? undefined : shorter;
}

/**
 * Where two JSON values differ first; the order of an object's members does not matter, a member that is `undefined` is
 * not there. An empty path means: here, as a whole.
 */
export function jsonDifference(expected: Json | undefined, actual: Json | undefined): Path | undefined {
  if (expected === actual) return undefined;
  if (typeof expected !== "object" || typeof actual !== "object" || expected === null || actual === null) return [];
  if (isList(expected)) return isList(actual) ? listDifference(expected, actual) : [];
  if (isList(actual)) return [];
  let members = 0;
  for (const key in expected) {
    const value = expected[key];
    if (value === undefined) continue;
    members += 1;
    const path = jsonDifference(value, actual[key]);
    if (path !== undefined) return [key, ...path];
  }
  for (const key in actual) if (actual[key] !== undefined) members -= 1;
  return members === 0 ? undefined : [surplus(expected, actual)];
}

/** The first member that only the second has. */
function surplus(expected: JsonObject, actual: JsonObject): string {
  for (const [key, value] of Object.entries(actual)) {
    // Not `expected[key]` alone: every object has a `toString`.
    if (value !== undefined && !(Object.hasOwn(expected, key) && expected[key] !== undefined)) return key;
  }
  return "";
}

function listDifference(expected: readonly Json[], actual: readonly Json[]): Path | undefined {
  const shorter = Math.min(expected.length, actual.length);
  for (let index = 0; index < shorter; index += 1) {
    const path = jsonDifference(expected[index], actual[index]);
    if (path !== undefined) return [index, ...path];
  }
  return expected.length === actual.length ? undefined : [shorter];
}

/** `Array.isArray` narrows a readonly list to `any[]`; this keeps its type. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** `value.values[3]`, as the predicate language writes it. */
export function pathText(path: Path): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(part)) text += text === "" ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}
