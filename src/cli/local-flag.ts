import { Flags } from "@oclif/core";

/** Of every command that shows dates. */
export const LOCAL_FLAG = {
  local: Flags.boolean({ description: "show dates in this machine's time zone instead of UTC; JSON stays in UTC" }),
} as const;
