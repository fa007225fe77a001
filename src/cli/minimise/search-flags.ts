import { Flags } from "@oclif/core";

/** What must stay of what is made smaller, and how long it may take. `dependsOn`: the flag that asks for it, where that is one. */
export function searchFlags(dependsOn: string[] = []) {
  return {
    keep: Flags.string({ description: "a record of this kind must still be said", helpValue: "EXPR", dependsOn }),
    failure: Flags.boolean({ description: "the subject must still crash or hang in the same way", dependsOn }),
    relation: Flags.string({
      description: "this relation must still be broken, as re-chunk",
      helpValue: "NAME",
      dependsOn,
    }),
    against: Flags.string({
      description: "this subject must still say something else",
      helpValue: "SUBJECT",
      dependsOn,
    }),
    "against-options": Flags.string({ description: "its settings", helpValue: "JSON|@FILE", dependsOn }),
    signature: Flags.string({ description: "the one of several that has this in it", helpValue: "TEXT", dependsOn }),
    budget: Flags.string({ description: "how long, or how many runs", default: "60s", helpValue: "30s|N" }),
  };
}
