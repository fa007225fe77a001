import { isSecretName } from "../../bundle/redaction/secret-names.ts";
import type { Json, JsonObject } from "../../bytes/json.ts";
import { STRIPPED } from "../secrets/strip-command.ts";
import type { StripText } from "../secrets/strip-text.ts";

const TEXT_MAX = 4 * 1024;
const DEPTH_MAX = 5;
const ENTRIES_MAX = 100;

/** Facts as the log may have them: bounded, without values that bear a secret's name, every text stripped. */
export function plainFacts(facts: JsonObject, strip: StripText): JsonObject {
  const plain = (value: Json | undefined, depth: number): Json | undefined => {
    if (typeof value === "string") return strip(value.slice(0, TEXT_MAX));
    if (typeof value !== "object" || value === null) return value;
    if (depth === DEPTH_MAX) return "[deeper]";
    if (isList(value)) return value.slice(0, ENTRIES_MAX).map((each) => plain(each, depth + 1) ?? null);
    return members(value, depth);
  };
  const members = (value: JsonObject, depth: number): JsonObject => {
    const kept = Object.entries(value).slice(0, ENTRIES_MAX);
    return Object.fromEntries(
      kept.map(([name, each]) => [name, isSecretName(name) ? STRIPPED : plain(each, depth + 1)]),
    );
  };
  return members(facts, 0);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
