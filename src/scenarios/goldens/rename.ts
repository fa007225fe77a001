import type { Json, JsonObject } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import type { Said } from "../../replayer/divergence.ts";
import { compilePredicate } from "../../tape/predicate.ts";
import { changeMember, type MemberPath, parseMemberPath } from "./member-path.ts";

/** What is called otherwise from now on. `where`: only in records that this predicate holds for, as they were before. */
export type Rename =
  | { readonly kind: "field"; readonly path: string; readonly to: string; readonly where?: string }
  | { readonly kind: "value"; readonly path: string; readonly from: Json; readonly to: Json; readonly where?: string };

/**
 * Renames in every record that has what is meant, and shows by turning it back that nothing else changed and nothing was lost.
 *
 * @returns `undefined` when nothing is meant
 * @throws FieldtapeError USAGE for a path that is none; INPUT_MALFORMED when the new name is taken already, so that the two could not be
 *   told apart afterwards
 */
export function renamed(records: readonly Said[], rename: Rename): readonly Said[] | undefined {
  const { change, back } = changesOf(rename);
  const isMeant = rename.where === undefined ? () => true : compilePredicate(rename.where);
  const meant = records.map((record) => isMeant(record));
  const after = records.map((record, index) => (meant[index] === true ? change(record) : record));
  if (after.every((record, index) => record === records[index])) return undefined;
  for (const [index, record] of after.entries()) {
    const before = records[index];
    const restored = meant[index] === true ? back(record) : record;
    if (JSON.stringify(restored) !== JSON.stringify(before)) throw taken(rename, index + 1);
  }
  return after;
}

function taken({ to }: Rename, line: number): FieldtapeError {
  return new FieldtapeError(
    "INPUT_MALFORMED",
    `${JSON.stringify(to)} is taken already: the two could not be told apart`,
    {
      line,
      hint: "narrow it down with --where, or choose another name",
    },
  );
}

interface Changes {
  readonly change: (record: Said) => Said;
  /** The way back. */
  readonly back: (record: Said) => Said;
}

function changesOf(rename: Rename): Changes {
  const path = parseMemberPath(rename.path);
  if (path === undefined || path.member !== "value") throw noPath(rename.path);
  if (rename.kind === "value") {
    const { from, to } = rename;
    return { change: valueChange(path, from, to), back: valueChange(path, to, from) };
  }
  const parent: MemberPath = { member: "value", steps: path.steps.slice(0, -1) };
  const from = path.steps.at(-1);
  if (typeof from !== "string") throw noPath(rename.path);
  return { change: keyChange(parent, from, rename.to), back: keyChange(parent, rename.to, from) };
}

const noPath = (path: string): FieldtapeError =>
  new FieldtapeError("USAGE", `${JSON.stringify(path)} names no member of a value`, { hint: "as in value.latency" });

function valueChange(path: MemberPath, from: Json, to: Json) {
  const meant = JSON.stringify(from);
  return (record: Said) => changeMember(record, path, (value) => (JSON.stringify(value) === meant ? to : value));
}

function keyChange(parent: MemberPath, from: string, to: string) {
  return (record: Said) =>
    changeMember(record, parent, (value) => {
      if (!isObject(value) || !Object.hasOwn(value, from)) return value;
      // Its place among the members stays: a golden is compared by its bytes first.
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key === from ? to : key, member]));
    });
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
