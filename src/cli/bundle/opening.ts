import { Flags } from "@oclif/core";
import type { OpenBundleOptions } from "../../bundle/open-bundle.ts";

/** What every command takes that opens a bundle. */
export const OPENING_FLAGS = {
  identity: Flags.string({
    description: "the file with the key that decrypts it (default: the one among the secrets)",
    helpValue: "FILE",
  }),
  trust: Flags.string({
    description: "refuse it unless this key has signed it",
    multiple: true,
    multipleNonGreedy: true,
    helpValue: "KEYFILE",
  }),
};

interface OpeningFlags {
  readonly identity?: string | undefined;
  readonly trust?: readonly string[] | undefined;
}

/** @throws FieldtapeError what reading the keys throws */
export async function openingOf({ identity, trust }: OpeningFlags, signal: AbortSignal): Promise<OpenBundleOptions> {
  const { identitiesOf, signatureCheck } = await import("./bundle-keys.ts");
  return { check: await signatureCheck(trust ?? []), identities: await identitiesOf(identity), signal };
}
