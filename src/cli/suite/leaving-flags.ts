import { Flags } from "@oclif/core";

/** What a run leaves behind, whether it was played here or put together of parts. */
export const leavingFlags = {
  result: Flags.string({ description: "leave the result here, for suite merge and suite coverage", helpValue: "FILE" }),
  report: Flags.string({
    description: "leave a report: html=FILE, junit=FILE, github=FILE, json=FILE; may be given more than once",
    multiple: true,
    multipleNonGreedy: true,
    helpValue: "NAME=FILE",
  }),
};
