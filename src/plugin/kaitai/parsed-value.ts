import { toHex } from "../../bytes/hex.ts";
import type { Json, JsonObject } from "../../bytes/json.ts";

/** Members of a frame by their names, each with its path in the parsed format; a path through a list gives a list. */
export type Saying = Readonly<Record<string, string>>;

const DEPTH_MAX = 32;

/** What was parsed as JSON: all members of the format, or those that `say` names, as far as they are there. Bytes are hex. */
export function parsedValue(parsed: object, say: Saying | undefined): JsonObject {
  if (say === undefined) return objectOf(parsed, 0);
  const said: Record<string, Json> = {};
  for (const [name, path] of Object.entries(say)) {
    const value = jsonOf(memberAt(parsed, path.split(".")), 0);
    if (value !== undefined) said[name] = value;
  }
  return said;
}

function memberAt(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined || value === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => memberAt(item, [step, ...rest]));
  return typeof value === "object" && value !== null ? memberAt(Reflect.get(value, step), rest) : undefined;
}

function jsonOf(value: unknown, depth: number): Json | undefined {
  if (depth > DEPTH_MAX) return undefined;
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "string":
    case "boolean":
      return value;
    case "object":
      if (value === null) return null;
      if (value instanceof Uint8Array) return toHex(value, 0, value.length);
      if (Array.isArray(value)) return value.map((item) => jsonOf(item, depth + 1) ?? null);
      return objectOf(value, depth);
    default:
      return undefined;
  }
}

/** Members in the format's order, then its instances, which are getters of its class. What begins with `_` is Kaitai's own. */
function objectOf(parsed: object, depth: number): JsonObject {
  const value: Record<string, Json> = {};
  const prototype: unknown = Object.getPrototypeOf(parsed);
  const instances =
    typeof prototype === "object" && prototype !== null ? Object.getOwnPropertyDescriptors(prototype) : {};
  const names = Object.entries(instances).flatMap(([name, { get }]) => (get === undefined ? [] : [name]));
  for (const name of [...Object.keys(parsed), ...names]) {
    if (name.startsWith("_")) continue;
    const member = jsonOf(Reflect.get(parsed, name), depth + 1);
    if (member !== undefined) value[name] = member;
  }
  return value;
}
