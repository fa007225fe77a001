import { readFile } from "node:fs/promises";
import { FieldtapeError, systemCode } from "../../../errors.ts";
import { type DevicePolicy, parsePolicy } from "../../../ota/session/schema.ts";
import { parseYaml } from "../../yaml-text.ts";

/**
 * How a device updates itself, from a JSON or YAML file; without one, as every key is by default.
 *
 * @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE, CONFIG_INVALID
 */
export async function readPolicy(file: string | undefined): Promise<DevicePolicy> {
  const parsed = parsePolicy(file === undefined ? {} : readYaml(await readText(file), file));
  if ("value" in parsed) return parsed.value;
  throw new FieldtapeError("CONFIG_INVALID", `the policy is not valid\n    ${parsed.problems.join("\n    ")}`, {
    ...(file === undefined ? {} : { file }),
    hint: "docs/ota.md lists the keys",
  });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") throw new FieldtapeError("INPUT_MISSING", "there is no such file", { file });
    throw new FieldtapeError("INPUT_UNREADABLE", "cannot read the policy", { file, cause });
  }
}

function readYaml(text: string, file: string): unknown {
  try {
    return parseYaml(text, 10);
  } catch (cause) {
    // What follows the first line draws the place.
    const [said] = cause instanceof Error ? cause.message.split("\n") : [];
    throw new FieldtapeError("CONFIG_INVALID", `the policy is neither JSON nor YAML: ${said}`, { file });
  }
}
