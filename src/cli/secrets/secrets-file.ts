import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { FieldtapeError, systemCode } from "../../errors.ts";
import { homeFolder } from "../home-folder.ts";
import type { Secrets } from "./schema.ts";

const SIZE_MAX = 256 * 1024;
/** Bits of a file's mode that let others in. */
const OTHERS = 0o077;

/** `$FIELDTAPE_SECRETS`, else `fieldtape/secrets.json` in the user's folder of settings: never inside a project, where it would be committed. */
export function secretsPath(environment: NodeJS.ProcessEnv = process.env): string {
  const { FIELDTAPE_SECRETS: named, XDG_CONFIG_HOME: settings } = environment;
  if (named !== undefined && named !== "") return named;
  return join(
    settings === undefined || settings === "" ? join(homeFolder(), ".config") : settings,
    "fieldtape",
    "secrets.json",
  );
}

/**
 * The secrets in a file that nobody else can read; none where there is no such file.
 *
 * @throws FieldtapeError CONFIG_INVALID when others can read it, or when it is not as it should be; INPUT_UNREADABLE. No message tells a value.
 */
export async function readSecretsFile(path: string): Promise<Secrets> {
  const text = await readPrivately(path);
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // What the parser says quotes the text.
    throw new FieldtapeError("CONFIG_INVALID", "the secrets are no JSON", { file: path });
  }
  const { parseSecrets } = await import("./schema.ts");
  const parsed = parseSecrets(value);
  if ("secrets" in parsed) return parsed.secrets;
  throw new FieldtapeError("CONFIG_INVALID", `the secrets are not valid\n    ${parsed.problems.join("\n    ")}`, {
    file: path,
    hint: "docs/redaction.md lists what may stand there",
  });
}

/** The mode is that of the file that was opened, whatever is put in its place meanwhile. */
export async function readPrivately(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY);
    const { mode, uid, size } = await file.stat();
    if (process.platform !== "win32") refuseShared(path, mode, uid);
    if (size > SIZE_MAX)
      throw new FieldtapeError("CONFIG_INVALID", "the secrets are larger than 256 KiB", { file: path });
    return await file.readFile("utf8");
  } catch (cause) {
    if (cause instanceof FieldtapeError) throw cause;
    if (systemCode(cause) === "ENOENT") return undefined;
    throw new FieldtapeError("INPUT_UNREADABLE", "cannot read the secrets", { file: path, cause });
  }
}

function refuseShared(path: string, mode: number, owner: number): void {
  const own = process.getuid?.();
  if (own !== undefined && owner !== own && own !== 0) {
    throw new FieldtapeError("CONFIG_INVALID", "the secrets belong to another user", { file: path });
  }
  if ((mode & OTHERS) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, "0");
  throw new FieldtapeError("CONFIG_INVALID", `the secrets can be read by others: mode ${shown}`, {
    file: path,
    hint: `chmod 600 ${path}`,
  });
}
