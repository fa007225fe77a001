import type { Json } from "../../bytes/json.ts";
import type { Said } from "../../replayer/divergence.ts";
import { nanos } from "../../time/nanos.ts";
import { speakerOf } from "../differences/difference.ts";

/** One way in which a subject could be wrong. */
export interface Mutation {
  /** The same for each case: `modbus-session state value.latency changed`. */
  readonly name: string;
  readonly said: readonly Said[];
}

/** Kinds of mutations of one case: more would take long and say the same. */
const MUTATIONS_MAX = 500;
const DEPTH_MAX = 8;

/**
 * What a case's subject would say if it were wrong in one place: for each kind of record one left out, one said twice, one said later, and
 * each of its members changed.
 */
export function* mutations(said: readonly Said[]): Generator<Mutation, undefined> {
  const seen = new Set<string>();
  for (const [index, record] of said.entries()) {
    for (const { name, instead } of ways(record)) {
      if (seen.has(name)) continue;
      seen.add(name);
      if (seen.size > MUTATIONS_MAX) return;
      yield { name, said: [...said.slice(0, index), ...instead, ...said.slice(index + 1)] };
    }
  }
}

interface Way {
  readonly name: string;
  readonly instead: readonly Said[];
}

function* ways(record: Said): Generator<Way> {
  const { stream, type } = speakerOf(record);
  const what = `${stream} ${type}`;
  yield { name: `${what} left out`, instead: [] };
  yield { name: `${what} said twice`, instead: [record, record] };
  yield { name: `${what} said later`, instead: [{ ...record, at: nanos(record.at + 1) }] };
  if (record.type === "raw") {
    const bytes = Uint8Array.from(record.bytes, (byte, index) => (index === 0 ? byte ^ 1 : byte));
    if (bytes.length > 0) yield { name: `${what} bytes changed`, instead: [{ ...record, bytes }] };
    return;
  }
  for (const { path, value } of changes(record.value, "value", 0))
    yield { name: `${what} ${path} changed`, instead: [{ ...record, value }] };
}

/** The value with one member changed, for each member. */
function* changes(
  value: Json,
  path: string,
  depth: number,
): Generator<{ readonly path: string; readonly value: Json }> {
  if (depth > DEPTH_MAX) return;
  if (isList(value)) {
    // One element stands for all: lists are long.
    const [first, ...rest] = value;
    if (first === undefined) yield { path, value: [0] };
    else
      for (const inner of changes(first, `${path}[]`, depth + 1))
        yield { path: inner.path, value: [inner.value, ...rest] };
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue;
      for (const inner of changes(member, `${path}.${key}`, depth + 1))
        yield { path: inner.path, value: { ...value, [key]: inner.value } };
    }
  } else yield { path, value: changed(value) };
}

function changed(value: Json): Json {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  return typeof value === "string" ? `${value}~` : 0;
}

/** `Array.isArray` narrows a readonly list to `any[]`; this keeps its type. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
