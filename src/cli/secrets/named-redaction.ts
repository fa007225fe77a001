import type { Redaction } from "../../bundle/redaction/profile.ts";
import { STANDARD, STANDARD_PROFILE } from "../../bundle/redaction/standard-profile.ts";
import { fromHex } from "../../bytes/hex.ts";
import { FieldtapeError } from "../../errors.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { systemRandom } from "../wiring.ts";
import { loadSecrets, secretValues } from "./secrets.ts";

/**
 * The redaction that a profile's name means here: `standard`, or one of the configuration, with the key and the values of this machine. Without a key of
 * one's own a new one is made each time: aliases then agree within what is redacted with it, and nowhere else.
 *
 * @throws FieldtapeError USAGE for a name that is not known; those of `loadSecrets`
 */
export async function namedRedaction(name: string, { config, file }: LoadedConfig): Promise<Redaction> {
  const named = config.redaction?.[name];
  if (named === undefined && name !== STANDARD) {
    const names = [...new Set([STANDARD, ...Object.keys(config.redaction ?? {})])];
    throw new FieldtapeError("USAGE", `there is no redaction profile ${JSON.stringify(name)}`, {
      ...(file === undefined ? {} : { file }),
      hint: `one of: ${names.join(", ")}`,
    });
  }
  const profile =
    named === undefined ? STANDARD_PROFILE : (await import("../../bundle/redaction/schema.ts")).profileOf(named);
  const secrets = await loadSecrets();
  const key = secrets.redactionKey === undefined ? undefined : fromHex(secrets.redactionKey);
  return { name, profile, key: key ?? systemRandom(32), literals: secretValues(secrets) };
}
