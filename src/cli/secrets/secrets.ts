import process from "node:process";
import { LITERAL_LENGTH_MIN } from "../../bundle/redaction/literal-forms.ts";
import { isSecretName } from "../../bundle/redaction/secret-names.ts";
import { FieldtapeError } from "../../errors.ts";
import type { Secrets } from "./schema.ts";
import { readSecretsFile, secretsPath } from "./secrets-file.ts";

/** The variable that goes before the file, for each secret. */
export const SECRET_VARIABLES = {
  redactionKey: "FIELDTAPE_REDACTION_KEY",
  keyPassphrase: "FIELDTAPE_KEY_PASSPHRASE",
  redisPassword: "FIELDTAPE_REDIS_PASSWORD",
  uploadToken: "FIELDTAPE_UPLOAD_TOKEN",
  supportIdentity: "FIELDTAPE_SUPPORT_IDENTITY",
} as const;

export type SecretName = keyof typeof SECRET_VARIABLES;

/**
 * fieldtape's own secrets: from the environment, else from `secrets.json`.
 *
 * @throws FieldtapeError CONFIG_INVALID, INPUT_UNREADABLE of the file
 */
export async function loadSecrets(environment: NodeJS.ProcessEnv = process.env): Promise<Secrets> {
  const secrets: Secrets = await readSecretsFile(secretsPath(environment));
  const said: Partial<Record<SecretName, string>> = {};
  for (const name of NAMES) {
    const value = environment[SECRET_VARIABLES[name]];
    if (value !== undefined && value !== "") said[name] = value;
  }
  const { redactionKey } = said;
  if (redactionKey !== undefined && !/^[0-9a-fA-F]{64}$/.test(redactionKey))
    throw new FieldtapeError("CONFIG_INVALID", `${SECRET_VARIABLES.redactionKey} is not 32 bytes in hex`, {
      hint: "openssl rand -hex 32 makes a key",
    });
  return { ...secrets, ...said };
}

const NAMES: readonly SecretName[] = [
  "redactionKey",
  "keyPassphrase",
  "redisPassword",
  "uploadToken",
  "supportIdentity",
];

/**
 * Every value that must not leave this machine: all of the secrets, what the user named in `redact`, and variables of the environment whose name says that
 * they hold a secret. The redaction key is none: it stands nowhere.
 */
export function secretValues(secrets: Secrets, environment: NodeJS.ProcessEnv = process.env): readonly string[] {
  const { redactionKey: _, own, redact, ...named } = secrets;
  const variables = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && value.length >= VARIABLE_LENGTH_MIN && isSecretName(name) && !isPlace(value) ? [value] : [],
  );
  const values = [...Object.values(named), ...Object.values(own ?? {}), ...(redact ?? []), ...variables];
  return [
    ...new Set(values.filter((value): value is string => value !== undefined && value.length >= LITERAL_LENGTH_MIN)),
  ];
}

/** Shorter ones (`yes`, `none`) would be found everywhere. */
const VARIABLE_LENGTH_MIN = 8;

/** A variable may name the file that holds the secret. */
function isPlace(value: string): boolean {
  return /^(?:\/|\.{1,2}\/|[A-Za-z]:\\|unix:)/.test(value) && !/\s/.test(value);
}
