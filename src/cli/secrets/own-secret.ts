import { loadSecrets, type SecretName } from "./secrets.ts";

/**
 * One of fieldtape's own secrets, for what needs it now; never a flag, which every process of the machine can read.
 *
 * @throws FieldtapeError those of `loadSecrets`
 */
export async function ownSecret(name: SecretName): Promise<string | undefined> {
  return (await loadSecrets())[name];
}
