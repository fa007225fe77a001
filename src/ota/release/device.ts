import type { Manifest } from "./manifest.ts";
import type { DeviceRefusal } from "./refusal.ts";
import { compareVersions } from "./version.ts";

/** What a device is, and what runs on it. */
export interface Device {
  readonly product: string;
  /** Its kind, as `compatible` names it. */
  readonly kind?: string | undefined;
  /** `linux-x64`, …; as Node names operating system and processor. */
  readonly platform?: string;
  /** Plug-ins of the user's own, which no release brings along, with the ABI that each is written for. */
  readonly plugins?: readonly { readonly name: string; readonly abi: number }[] | undefined;
  /** Absent before the first installation. */
  readonly installed?: Installed;
}

export interface Installed {
  readonly app: string;
  readonly plugin_abi: number;
  readonly config_schema: number;
  readonly data_schema: number;
}

/** Why this release is not for this device; `undefined` if it is. Asked before anything of the payload is fetched. */
export function deviceProblem(manifest: Manifest, device: Device): DeviceRefusal | undefined {
  return otherDevice(manifest, device) ?? (device.installed && otherVersion(manifest, device.installed));
}

function otherDevice(manifest: Manifest, device: Device): DeviceRefusal | undefined {
  const { product, compatible, platform, plugin_abi } = manifest;
  if (product !== device.product) return { reason: "wrong-product", product, device: device.product };
  if (compatible.length > 0 && !compatible.includes(device.kind ?? ""))
    return { reason: "wrong-device", compatible, device: device.kind ?? "unknown" };
  if (platform !== "any" && platform !== device.platform)
    return { reason: "wrong-platform", platform, device: device.platform ?? "unknown" };
  const left = device.plugins?.find(({ abi }) => abi !== plugin_abi);
  return left && { reason: "plugin-abi", plugin: left.name, abi: left.abi, offered: plugin_abi };
}

function otherVersion(manifest: Manifest, installed: Installed): DeviceRefusal | undefined {
  const { app, min_app, downgrade } = manifest;
  const goesBack = compareVersions(app, installed.app) < 0;
  if (goesBack && downgrade !== true) return { reason: "downgrade", installed: installed.app, offered: app };
  // A signed downgrade comes from a newer version by its meaning.
  if (!goesBack && min_app !== undefined && compareVersions(installed.app, min_app) < 0)
    return { reason: "installed-too-old", installed: installed.app, minimum: min_app };
  // Schemas migrate forward. Going back loses what the older version cannot read, so it has to be said by whoever signs.
  if (downgrade === true) return undefined;
  for (const which of ["config_schema", "data_schema"] as const) {
    if (manifest[which] < installed[which])
      return { reason: "schema-goes-back", which, installed: installed[which], offered: manifest[which] };
  }
  return undefined;
}
