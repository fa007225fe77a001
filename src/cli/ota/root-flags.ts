import { Flags } from "@oclif/core";
import { FieldtapeError } from "../../errors.ts";
import type { RoleName } from "../../ota/release/root.ts";
import type { RootChange } from "../../ota/release/root-edit.ts";

/** What a new root is made of. */
export const ROOT_FLAGS = {
  "root-key": Flags.string({
    description: "key file of the root role (private ones sign too); repeat for each",
    helpValue: "KEY",
    multiple: true,
  }),
  "release-key": Flags.string({
    description: "key file of the release role; the public half is enough; repeat for each",
    helpValue: "KEY",
    multiple: true,
  }),
  "timestamp-key": Flags.string({
    description: "key file of the timestamp role; the public half is enough; repeat for each",
    helpValue: "KEY",
    multiple: true,
  }),
  threshold: Flags.string({
    description: "how many keys of a role must sign; repeat for each role",
    helpValue: "ROLE=N",
    multiple: true,
  }),
  expires: Flags.string({
    description: "until when it is good: a span like 3650d, or a date",
    default: "3650d",
    helpValue: "SPAN|DATE",
  }),
  output: Flags.string({ char: "o", description: "the root to write", required: true, helpValue: "FILE" }),
  force: Flags.boolean({ description: "overwrite a root that is there" }),
};

export interface RootFlags {
  readonly "root-key"?: readonly string[] | undefined;
  readonly "release-key"?: readonly string[] | undefined;
  readonly "timestamp-key"?: readonly string[] | undefined;
  readonly threshold?: readonly string[] | undefined;
  readonly expires: string;
}

/** A change, and the files of the root keys in it that can sign. */
export interface RootPlan {
  readonly change: RootChange;
  readonly signers: readonly string[];
}

/** @throws FieldtapeError USAGE, and those of reading keys */
export async function planRoot(flags: RootFlags, now: bigint): Promise<RootPlan> {
  const [{ readKnownKey }, { expiryDate }] = await Promise.all([
    import("../../ota/release/key-file.ts"),
    import("./expiry.ts"),
  ]);
  const read = (paths: readonly string[]) => Promise.all(paths.map((path) => readKnownKey(path)));
  const root = flags["root-key"] && (await read(flags["root-key"]));
  const release = flags["release-key"] && (await read(flags["release-key"]));
  const timestamp = flags["timestamp-key"] && (await read(flags["timestamp-key"]));
  return {
    change: {
      expires: expiryDate(flags.expires, now),
      keys: { ...(root && { root }), ...(release && { release }), ...(timestamp && { timestamp }) },
      thresholds: Object.fromEntries((flags.threshold ?? []).map(parseThreshold)),
    },
    signers: (flags["root-key"] ?? []).filter((_, index) => root?.[index]?.secret !== "none"),
  };
}

function parseThreshold(text: string): [RoleName, number] {
  const parts = /^(root|release|timestamp)=([1-9][0-9]?)$/.exec(text);
  const role = parts?.[1];
  if (role === "root" || role === "release" || role === "timestamp") return [role, Number(parts?.[2])];
  throw new FieldtapeError("USAGE", `${JSON.stringify(text)} is no threshold`, {
    hint: "write it like release=2; the roles are root, release and timestamp",
  });
}
