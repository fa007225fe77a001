import process from "node:process";
import { PLUGIN_ABI } from "../plugin/abi.ts";
import { SCENARIO_SCHEMA } from "../scenarios/scenario-schema.ts";
import { TAPE_SCHEMA } from "../tape/record.ts";
import { CONFIG_SCHEMA } from "./config/config-schema.ts";

declare const FIELDTAPE_VERSION: string | undefined;
declare const FIELDTAPE_GIT: string | undefined;

/** What wrote a tape: put in by the build; run from source (in tests) it says so. */
export const VERSION = {
  version: typeof FIELDTAPE_VERSION === "undefined" ? "0.0.0-source" : FIELDTAPE_VERSION,
  git: typeof FIELDTAPE_GIT === "undefined" ? "unknown" : FIELDTAPE_GIT,
} as const;

/** Every version of this program in one place, under the names that a release's manifest has for them. */
export function versions() {
  const { version: app, git: git_sha } = VERSION;
  const platform = `${process.platform}-${process.arch}`;
  return {
    app,
    /** With build metadata (SemVer 2.0.0 §10). */
    build: `${app}+${git_sha}.${platform}`,
    plugin_abi: PLUGIN_ABI,
    config_schema: CONFIG_SCHEMA,
    data_schema: TAPE_SCHEMA,
    scenario_schema: SCENARIO_SCHEMA,
    git_sha,
    platform,
    node: process.version,
  };
}
