import { stat } from "node:fs/promises";
import process from "node:process";
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
    await warnOfOthers(path);
    if (role !== undefined) refuseOtherRole(key, role);
    if (keys.some(({ keyid }) => keyid === key.keyid))
      throw new FieldtapeError("USAGE", "is given twice: one key counts once", { file: path });
    keys.push(key);
  }
  return keys;
}

/** What signs releases is worth as much as it is kept: a file that was copied often lets others in. */
async function warnOfOthers(path: string): Promise<void> {
  const { mode } = await stat(path);
  if (process.platform === "win32" || (mode & 0o077) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, "0");
  process.stderr.write(`warning: ${path}: others can read this private key (mode ${shown}): chmod 600 ${path}\n`);
}
