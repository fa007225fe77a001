import { Flags } from "@oclif/core";

/** Of every command that plays tapes into subjects. */
export const IN_PROCESS_FLAG = {
  "in-process": Flags.boolean({
    description: "run modules of one's own in this process, not held by anything: for a debugger",
  }),
} as const;
