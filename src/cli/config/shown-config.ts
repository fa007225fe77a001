import type { Json, JsonObject } from "../../bytes/json.ts";
import type { StripText } from "../secrets/strip-text.ts";
import type { LoadedConfig } from "./config-file.ts";

/** A configuration as it may be shown: a value that this machine keeps as a secret may stand where nobody can see that it is one. */
export function shownConfig({ file, config }: LoadedConfig, strip: StripText): JsonObject {
  return { file: file ?? null, config: stripped(JSON.parse(JSON.stringify(config)), strip) };
}

function stripped(value: Json, strip: StripText): Json {
  if (typeof value === "string") return strip(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each: Json) => stripped(each, strip));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, stripped(each ?? null, strip)]));
}
