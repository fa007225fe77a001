import type { Json, JsonObject } from "../bytes/json.ts";
import { FieldtapeError } from "../errors.ts";
import type { ChainPlan } from "../machine/chain-plan.ts";
import type { NamedFramer } from "../plugin/abi.ts";
import { BUILT_IN, builtIn } from "./built-in-subjects.ts";

/**
 * The framer part of a built-in subject: what a session names as its framer.
 *
 * @throws FieldtapeError OPTIONS_INVALID for another subject, or naming the option
 */
export async function framerNamed({ subject, options }: NamedFramer): Promise<NonNullable<ChainPlan["framer"]>> {
  const { framer } = (await builtIn(subject)?.plan(settingsOf(options), framerNamed)) ?? {};
  if (framer !== undefined) return framer;
  const names = BUILT_IN.filter((entry) => entry.frames).map((entry) => entry.name);
  throw new FieldtapeError("OPTIONS_INVALID", `${JSON.stringify(subject)} is no framer`, {
    hint: `one of: ${names.join(", ")}`,
  });
}

/** Settings are an object or nothing. @throws FieldtapeError OPTIONS_INVALID */
export function settingsOf(options: Json | undefined): JsonObject {
  if (options === undefined || options === null) return {};
  if (typeof options === "object" && !Array.isArray(options)) return options as JsonObject;
  throw new FieldtapeError("OPTIONS_INVALID", "the options of a subject are a JSON object", {
    hint: "as in --options '{\"maximum\":1024}'",
  });
}
