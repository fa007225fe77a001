import { checkConfig } from "../config/check-config.ts";
import { configPath } from "../config/config-file.ts";
import { readSecretsFile, secretsPath } from "../secrets/secrets-file.ts";
import { type Finding, ok, problem } from "./finding.ts";

/** Which configuration is meant, and where programs are looked for. */
export interface ConfigurationPlace {
  readonly folder: string;
  readonly file: string | undefined;
  readonly none: boolean;
  readonly environment: NodeJS.ProcessEnv;
  /** Now: nanoseconds since 1970. */
  readonly now: bigint;
}

/** Whether the project's configuration will work. @throws FieldtapeError when it cannot be read at all */
export async function examineConfiguration(place: ConfigurationPlace): Promise<readonly Finding[]> {
  const about = "configuration";
  const file = place.none ? undefined : configPath(place);
  if (file === undefined) return [ok(about, "there is none, and none is needed")];
  const problems = await checkConfig(file, { path: place.environment["PATH"] ?? "", now: place.now });
  if (problems.length === 0) return [ok(about, file)];
  return problems.map(({ key, line, words }) => {
    const where = line === undefined ? file : `${file}:${line}`;
    return problem(about, `${where}: ${key}: ${words}`);
  });
}

/** Whether the secrets are private and can be read. @throws FieldtapeError when they are not */
export async function examineSecrets(environment: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const path = secretsPath(environment);
  const names = Object.keys(await readSecretsFile(path));
  if (names.length === 0) return [ok("secrets", "there are none on disk")];
  return [ok("secrets", `${path}: ${names.join(", ")}`)];
}
