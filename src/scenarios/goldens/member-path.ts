import type { Json, JsonObject } from "../../bytes/json.ts";
import type { Said } from "../../replayer/divergence.ts";
import { nanos } from "../../time/nanos.ts";

/** Where in a record: names, indexes, and `*` for every item of a list. */
export type MemberPath =
  | { readonly member: "at" | "channel" }
  | { readonly member: "value"; readonly steps: readonly Step[] };
type Step = string | number | typeof EVERY;
const EVERY = Symbol("every item");

const STEP = /\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d{1,9})\]|\[(\*)\]|\[("(?:[^"\\]|\\.)*")\]/y;

/** Reads `at`, `channel`, `value.latency`, `value.values[*].x`, `value["odd name"]`; `undefined` if it is none of these. */
export function parseMemberPath(text: string): MemberPath | undefined {
  if (text === "at" || text === "channel") return { member: text };
  if (!text.startsWith("value")) return undefined;
  const steps: Step[] = [];
  STEP.lastIndex = "value".length;
  while (STEP.lastIndex < text.length) {
    const [matched, name, index, every, quoted] = STEP.exec(text) ?? [];
    if (matched === undefined) return undefined;
    const step = name ?? (index === undefined ? undefined : Number(index)) ?? (every && EVERY) ?? unquoted(quoted);
    if (step === undefined) return undefined;
    steps.push(step);
  }
  return steps.length === 0 ? undefined : { member: "value", steps };
}

function unquoted(text: string | undefined): string | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined; // an escape that JSON does not know: no path
  }
}

/** Makes another value of the one that stands at a path; `undefined` leaves the member out. */
export type Change = (value: Json) => Json | undefined;

/** The record with what stands at the path changed; the record itself where nothing stands there or nothing changed. */
export function changeMember(record: Said, path: MemberPath, change: Change): Said {
  switch (path.member) {
    case "at": {
      const at = change(record.at);
      return typeof at === "number" && at !== record.at ? { ...record, at: nanos(Math.max(0, at)) } : record;
    }
    case "channel": {
      if (record.channel === undefined) return record;
      const channel = change(record.channel);
      return typeof channel === "number" && channel !== record.channel ? { ...record, channel } : record;
    }
    case "value": {
      if (record.type === "raw") return record;
      const value = changeAt(record.value, path.steps, change);
      return value === record.value || value === undefined ? record : { ...record, value };
    }
  }
}

function changeAt(value: Json, [step, ...rest]: readonly Step[], change: Change): Json | undefined {
  if (step === undefined) return change(value);
  if (isList(value)) {
    if (typeof step === "string") return value;
    const items = value.flatMap((item, index) => {
      if (step !== EVERY && step !== index) return [item];
      const changed = changeAt(item, rest, change);
      return changed === undefined ? [] : [changed];
    });
    return items.length === value.length && items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isObject(value) || typeof step !== "string" || !Object.hasOwn(value, step)) return value;
  const member = value[step];
  if (member === undefined) return value;
  const changed = changeAt(member, rest, change);
  if (changed === member) return value;
  // The members keep their order: a golden is compared by its bytes first.
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, old]) => {
      const kept = key === step ? changed : old;
      return kept === undefined ? [] : [[key, kept]];
    }),
  );
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
