import { join } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { writeWhole } from "../../ota/release/atomic-file.ts";
import { createKeyFile, readKnownKey } from "../../ota/release/key-file.ts";
import { ROLES, type RoleName } from "../../ota/release/root.ts";
import { editRoot, encodeRoot } from "../../ota/release/root-edit.ts";
import { addSignatures, type SigningKey } from "../../ota/release/signing.ts";
import { formatIso } from "../../time/iso.ts";
import { type RootFile, readRoot, writeRoot } from "../ota/root-file.ts";
import { signingKeys } from "../ota/signing-keys.ts";
import { systemRandom } from "../wiring.ts";

/** The keys of a release, and the root that devices trust. */
export interface ReleaseSigner {
  readonly release: readonly SigningKey[];
  readonly timestamp: readonly SigningKey[];
  readonly root: RootFile;
  /** Made for a dry run, where no keys were named. */
  readonly madeUp: boolean;
}

export interface SignerFiles {
  readonly release: readonly string[];
  readonly timestamp: readonly string[];
  readonly trust: string | undefined;
}

/**
 * Unlocks the keys that were named.
 *
 * @throws FieldtapeError USAGE where some are missing, and those of reading keys and roots
 */
export async function namedSigner({ release, timestamp, trust }: SignerFiles, now: bigint): Promise<ReleaseSigner> {
  const missing = [
    ...(release.length === 0 ? ["a release key (--key)"] : []),
    ...(timestamp.length === 0 ? ["a timestamp key (--timestamp-key)"] : []),
    ...(trust === undefined ? ["the root that devices trust (--trust)"] : []),
  ];
  if (trust === undefined || missing.length > 0) {
    throw new FieldtapeError("USAGE", `a release needs ${missing.join(", ")}`, {
      hint: "name them here or in the configuration; ota key new and ota root new make them, --dry-run needs none",
    });
  }
  return {
    release: await signingKeys(release, "release"),
    timestamp: await signingKeys(timestamp, "timestamp"),
    root: await readRoot(trust, now),
    madeUp: false,
  };
}

const YEAR = 365n * 86_400n * 1_000_000_000n;

/** Keys and a root that nobody trusts, in `folder`: so that a dry run can sign and verify. */
export async function madeUpSigner(folder: string, now: bigint): Promise<ReleaseSigner> {
  const path = (role: RoleName): string => join(folder, `${role}.key`);
  for (const role of ROLES)
    await writeWhole(path(role), createKeyFile({ role, random: systemRandom }).text, { mode: 0o600, force: true });
  const keys = {
    root: [await readKnownKey(path("root"))],
    release: [await readKnownKey(path("release"))],
    timestamp: [await readKnownKey(path("timestamp"))],
  };
  const bytes = encodeRoot(editRoot(undefined, { expires: formatIso(now + YEAR, 0), keys, thresholds: {} }));
  const signatures = addSignatures(bytes, await signingKeys([path("root")], "root"), []);
  const file = join(folder, "1.root.json");
  await writeRoot(file, { bytes, signatures }, true);
  return {
    release: await signingKeys([path("release")], "release"),
    timestamp: await signingKeys([path("timestamp")], "timestamp"),
    root: await readRoot(file, now),
    madeUp: true,
  };
}
