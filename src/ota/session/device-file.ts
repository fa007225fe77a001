import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FieldtapeError, systemCode } from "../../errors.ts";
import { parseDuration } from "../../time/duration.ts";
import { NANOS_PER_MILLI } from "../../time/nanos.ts";
import type { NativeDevice } from "../dialect/native.ts";
import type { UpdatePolicy } from "../update/updater-talk.ts";
import type { ApplicationPlan, HealthProbe } from "./application.ts";
import { ALIVE_DEFAULT, type DeviceFile, type DevicePolicy, parseDeviceFile } from "./schema.ts";

export const DEVICE_FILE = "device.json";

/**
 * What the installation in `root` says of its device.
 *
 * @throws FieldtapeError INPUT_MISSING where there is none, INPUT_UNREADABLE, INPUT_MALFORMED
 */
export async function readDeviceFile(root: string): Promise<DeviceFile> {
  const file = join(root, DEVICE_FILE);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if (systemCode(cause) !== "ENOENT")
      throw new FieldtapeError("INPUT_UNREADABLE", "cannot read what the device is", { file, cause });
    throw new FieldtapeError("INPUT_MISSING", `nothing is installed in ${root}`, {
      hint: "the first installation is fieldtape ota device install",
      cause,
    });
  }
  const value = jsonOf(text);
  if (value === undefined) throw new FieldtapeError("INPUT_MALFORMED", "is no JSON", { file });
  const parsed = parseDeviceFile(value);
  if ("value" in parsed) return parsed.value;
  throw new FieldtapeError("INPUT_MALFORMED", `is not valid: ${parsed.problems.join("; ")}`, { file });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function nativeDeviceOf({ product, kind, platform, plugins, root }: DeviceFile): NativeDevice {
  return {
    device: { product, kind, platform, plugins },
    root: new TextEncoder().encode(root),
  };
}

export function updatePolicyOf(policy: DevicePolicy): UpdatePolicy {
  const { starts, keep, pointer, slackBytes } = policy;
  return {
    startsMax: starts,
    keep,
    pointer,
    switchedBy: policy.switch === "external" ? "application" : "here",
    health: probeOf(policy) === undefined ? "told" : "probe",
    exitTimeoutMs: millisOf(policy.exitTimeout),
    healthTimeoutMs: millisOf(policy.healthTimeout),
    slackBytes,
  };
}

export function applicationPlanOf(policy: DevicePolicy): ApplicationPlan {
  const health = probeOf(policy);
  return {
    exitTimeout: parseDuration(policy.exitTimeout),
    ...(policy.launch === undefined ? {} : { launch: policy.launch }),
    ...(health === undefined ? {} : { health }),
  };
}

function probeOf({ launch, health }: DevicePolicy): HealthProbe | undefined {
  if (health === undefined)
    return launch === undefined ? undefined : { type: "alive", span: parseDuration(ALIVE_DEFAULT) };
  if ("command" in health) return { type: "command", command: health.command };
  if ("url" in health) return { type: "url", url: health.url };
  return { type: "alive", span: parseDuration(health.alive) };
}

const millisOf = (span: string): number => Math.ceil(parseDuration(span) / NANOS_PER_MILLI);
