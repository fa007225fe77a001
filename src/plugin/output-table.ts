import type { Json } from "../bytes/json.ts";
import { jsonProblem, NESTING_MAX } from "../tape/limits.ts";
import type { OutputRecord } from "../tape/record.ts";
import { nanos } from "../time/nanos.ts";
import { parseTable } from "./schema.ts";

// The line `outputs` of docs/writing-a-subject.md: names stand once, and JSON is written and read once for many outputs.

/** What such a line begins with. */
export const TABLE_START = '{"type":"outputs","shapes":';

/** What outputs have in common that differ in values only: machine, channel (`null`: none), names of the value's members. */
export type Shape = readonly [machine: string, channel: number | null, names: readonly string[]];

/** No member of a row: set as one, it would mean something else. */
export const PROTOTYPE = "__proto__";

/** The shape's index and `at`, before the members. */
const ROW_HEAD = 2;

/** The outputs that the line tells of; in words what is wrong with it. */
export function readTable(line: string): readonly OutputRecord[] | string {
  const table = parseTable(line);
  if (typeof table === "string") return table;
  const outputs: OutputRecord[] = [];
  for (const row of table.rows) {
    const output = Array.isArray(row) ? outputOf(row, table.shapes) : "is not a list";
    if (typeof output === "string") return `row ${outputs.length} ${output}`;
    outputs.push(output);
  }
  return outputs;
}

function outputOf(row: readonly unknown[], shapes: readonly Shape[]): OutputRecord | string {
  const [index, at] = row;
  const shape = typeof index === "number" ? shapes[index] : undefined;
  if (shape === undefined) return "has a shape that is not there";
  const [machine, channel, names] = shape;
  if (typeof at !== "number" || !Number.isSafeInteger(at) || at < 0) return "has no time";
  if (row.length !== names.length + ROW_HEAD)
    return `has ${row.length - ROW_HEAD} members where its shape has ${names.length}`;
  const value: { [name: string]: Json } = {};
  for (let place = 0; place < names.length; place++) {
    const member = row[place + ROW_HEAD];
    const name = names[place] ?? "";
    if (!isMember(member)) return `has a member that ${jsonProblem(member, NESTING_MAX - 1)}`;
    value[name] = member;
  }
  // `+ 0` turns −0 into 0.
  return channel === null
    ? { type: "output", at: nanos(at + 0), machine, value }
    : { type: "output", at: nanos(at + 0), machine, channel, value };
}

function isMember(member: unknown): member is Json {
  return jsonProblem(member, NESTING_MAX - 1) === undefined;
}
