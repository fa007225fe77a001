import process from "node:process";
import { FieldtapeError } from "../../errors.ts";
import { unlockKey } from "../../ota/release/key-file.ts";
import type { RoleName } from "../../ota/release/root.ts";
import { refuseOtherRole } from "../../ota/release/root-edit.ts";
import type { SigningKey } from "../../ota/release/signing.ts";

/** The passphrase of every locked key of this run; never a flag, which every process of the machine can read. */
export function passphrase(): string | undefined {
  const value = process.env["FIELDTAPE_KEY_PASSPHRASE"];
  return value === "" ? undefined : value;
}

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
  for (const path of paths) {
    const key = await unlockKey(path, passphrase());
    if (role !== undefined) refuseOtherRole(key, role);
    if (keys.some(({ keyid }) => keyid === key.keyid))
      throw new FieldtapeError("USAGE", "is given twice: one key counts once", { file: path });
    keys.push(key);
  }
  return keys;
}
