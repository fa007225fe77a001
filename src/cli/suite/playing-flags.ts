import { Flags } from "@oclif/core";
import { IN_PROCESS_FLAG } from "../in-process-flag.ts";
import { CASE_TIMEOUT_SECONDS } from "./case-timeout.ts";

/** How cases are played, wherever a corpus is. */
export const playingFlags = {
  ...IN_PROCESS_FLAG,
  variant: Flags.string({
    description: "hold cases that have a golden of this variant against that one; of several the first",
    multiple: true,
    multipleNonGreedy: true,
    helpValue: "NAME",
  }),
  "case-timeout": Flags.integer({
    description: "seconds after which a case has hung",
    default: CASE_TIMEOUT_SECONDS,
    min: 1,
    max: 86_400,
  }),
};
