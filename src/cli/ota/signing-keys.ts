import { FieldtapeError } from "../../errors.ts";
import { unlockKey } from "../../ota/release/key-file.ts";
import type { RoleName } from "../../ota/release/root.ts";
import { refuseOtherRole } from "../../ota/release/root-edit.ts";
import type { SigningKey } from "../../ota/release/signing.ts";
import { ownSecret } from "../secrets/own-secret.ts";

/**
 * The keys in these files, unlocked, for this role; without one, whatever they were made for.
 *
 * @throws FieldtapeError USAGE for a key of another role, a wrong passphrase, or the same key twice; and those of `unlockKey`
 */
export async function signingKeys(
  paths: readonly string[],
  role: RoleName | undefined,
): Promise<readonly SigningKey[]> {
  const keys: SigningKey[] = [];
  const passphrase = await ownSecret("keyPassphrase");
  for (const path of paths) {
    const key = await unlockKey(path, passphrase);
    if (role !== undefined) refuseOtherRole(key, role);
    if (keys.some(({ keyid }) => keyid === key.keyid))
      throw new FieldtapeError("USAGE", "is given twice: one key counts once", { file: path });
    keys.push(key);
  }
  return keys;
}
