import type { Json, JsonObject } from "../bytes/json.ts";
import type { Said } from "../replayer/divergence.ts";
import type { ExpectationInput } from "./expectations/schema.ts";

/** More than this nobody looks through. */
const PROPOSED_MAX = 12;
/** What is said more often is the rule, not the event that a case is kept for. */
const RARE_MAX = 5;

/**
 * Expectations that what was said suggests: faults and rare states with their counts, rarest first; that there was no fault, where there was none; the
 * state at the end. They are for a person to choose from.
 */
export function proposeExpectations(said: readonly Said[]): readonly ExpectationInput[] {
  const kinds = new Map<string, { count: number; isFault: boolean }>();
  for (const record of said) {
    const kind = kindOf(record);
    if (kind === undefined) continue;
    const known = kinds.get(kind.predicate);
    if (known === undefined) kinds.set(kind.predicate, { count: 1, isFault: kind.isFault });
    else known.count += 1;
  }
  // A stable sort: of one count, what was said first stands first.
  const rare = [...kinds].toSorted(([, a], [, b]) => a.count - b.count);
  const events = rare
    .filter(([, { count, isFault }]) => isFault || count <= RARE_MAX)
    .map(([some, { count }]) => ({ some, count }));
  const isClean = rare.every(([, { isFault }]) => !isFault);
  const end = lastState(said);
  return [
    ...events.slice(0, PROPOSED_MAX),
    ...(isClean ? [{ absent: "value.type = fault" }] : []),
    ...(end === undefined ? [] : [{ final: `state = ${quoted(end)}` }]),
  ];
}

/** What is worth counting of a record: its state or fault by name. Frames are the golden's. */
function kindOf(record: Said): { predicate: string; isFault: boolean } | undefined {
  if (record.type === "raw" || !isObject(record.value)) return undefined;
  const type = record.value["type"];
  if (type !== "state" && type !== "fault") return undefined;
  const name = record.value[type];
  if (typeof name !== "string") return undefined;
  return { predicate: `machine = ${quoted(record.machine)} and ${type} = ${quoted(name)}`, isFault: type === "fault" };
}

/** The state that all machines were in at the end, if it was the same. */
function lastState(said: readonly Said[]): string | undefined {
  const last = new Map<string, string>();
  for (const record of said) {
    if (record.type === "raw" || !isObject(record.value) || record.value["type"] !== "state") continue;
    const { state } = record.value;
    if (typeof state === "string") last.set(`${record.machine}/${record.channel ?? ""}`, state);
  }
  const states = new Set(last.values());
  const [state] = states;
  return states.size === 1 ? state : undefined;
}

const RESERVED = new Set(["and", "or", "not", "in", "exists", "true", "false", "null"]);

/** As the predicate language writes a text: bare where it can. */
function quoted(text: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(text) && !RESERVED.has(text) ? text : JSON.stringify(text);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
