import type { Json } from "../../bytes/json.ts";
import type { Frame } from "../../machine/machine.ts";

/**
 * Which frames are meant: each named member must be there and fit. A name with dots leads into it: `fields.2`. `{}` means any
 * frame.
 */
export type Expectation = { readonly [member: string]: Condition };

/** Equal to a value, or a text that starts so. */
export type Condition = string | number | boolean | null | { readonly startsWith: string };

export function fits(expectation: Expectation, frame: Frame): boolean {
  return Object.entries(expectation).every(([name, condition]) => holds(condition, memberOf(frame, name)));
}

function holds(condition: Condition, value: Json | undefined): boolean {
  if (typeof condition !== "object" || condition === null) return value === condition;
  return typeof value === "string" && value.startsWith(condition.startsWith);
}

function memberOf(frame: Frame, name: string): Json | undefined {
  let value: Json | undefined = frame;
  for (const step of name.split(".")) value = childOf(value, step);
  return value;
}

function childOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return isList(value) ? value[Number(name)] : value[name];
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
