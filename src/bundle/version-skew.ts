import type { BundledVersions } from "./bundle-manifest.ts";

/** A version that was another one where the bundle was made. */
export interface VersionSkew {
  readonly name: string;
  readonly there: string;
  readonly here: string;
}

/** The four of the program first; then what it ran on. */
const NAMES = ["app", "plugin_abi", "config_schema", "data_schema", "git_sha", "platform", "node"];

export function versionSkew(there: BundledVersions, here: BundledVersions): readonly VersionSkew[] {
  return NAMES.flatMap((name) => {
    const [then, now] = [there[name], here[name]];
    return then === now ? [] : [{ name, there: String(then ?? "unknown"), here: String(now ?? "unknown") }];
  });
}
