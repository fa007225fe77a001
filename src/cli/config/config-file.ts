import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import { FieldtapeError, systemCode } from "../../errors.ts";
import type { Config } from "./schema.ts";

const NAMES = ["ts", "js", "json", "yaml"].map((extension) => `fieldtape.config.${extension}`);
const CODE = new Set([".ts", ".js", ".mjs"]);
const SIZE_MAX = 1024 * 1024;

export interface LoadedConfig {
  readonly config: Config;
  /** The file that it was read from; absent: there is none, or none was wanted. */
  readonly file: string | undefined;
  /** Modules run in this process. */
  readonly inProcess?: boolean;
}

export interface ConfigOptions {
  /** The folder that the command was started in. */
  readonly folder: string;
  /** `--config FILE` */
  readonly file: string | undefined;
  /** `--no-config` */
  readonly none: boolean;
  /** `--in-process`: modules that it names run in this process, for a debugger. */
  readonly inProcess?: boolean;
}

/**
 * Reads the configuration of the project that `folder` is in. A configuration may be code or name
 * code, so it is looked for in one place only, the project's root; a folder that came from outside (a bundle, a corpus, a tape's folder) has none.
 *
 * @throws FieldtapeError CONFIG_INVALID naming file and key.
 */
export async function loadConfig(options: ConfigOptions): Promise<LoadedConfig> {
  if (options.none) return { config: {}, file: undefined };
  const file = configPath(options);
  if (file === undefined) return { config: {}, file: undefined };
  const value = await readConfigValue(file);
  const { parseConfig } = await import("./schema.ts");
  const parsed = parseConfig(value);
  if ("config" in parsed) return { config: parsed.config, file };
  const problems = parsed.problems.map(({ path, message }) => `${path.join(".") || "(top)"}: ${message}`);
  throw new FieldtapeError("CONFIG_INVALID", `the configuration is not valid\n    ${problems.join("\n    ")}`, {
    file,
    hint: "fieldtape config check tells the lines; --no-config reads none",
  });
}

/** The file that `loadConfig` would read; `undefined` if there is none. @throws FieldtapeError CONFIG_INVALID when there are two */
export function configPath({ folder, file }: Pick<ConfigOptions, "folder" | "file">): string | undefined {
  return file === undefined ? find(folder) : resolve(folder, file);
}

/** Whether it is a text that can be changed; otherwise it is code. */
export function isConfigText(file: string): boolean {
  return !CODE.has(extname(file));
}

/** What a configuration says, in the newest schema, unchecked. @throws FieldtapeError CONFIG_INVALID, INPUT_MISSING, INPUT_UNREADABLE */
export async function readConfigValue(file: string): Promise<unknown> {
  const value = (await readValue(file)) ?? {};
  if (typeof value !== "object" || !("schema" in value)) return value;
  const { migrateValue } = await import("./migrate-config.ts");
  return migrateValue(value);
}

/** The one configuration in the project's root, if there is a project. */
function find(folder: string): string | undefined {
  const root = projectRoot(folder);
  if (root === undefined) return undefined;
  const found = NAMES.map((name) => join(root, name)).filter((path) => existsSync(path));
  if (found.length > 1) {
    throw new FieldtapeError("CONFIG_INVALID", `there is more than one configuration: ${found.join(", ")}`, {
      hint: "keep one of them, or name one with --config",
    });
  }
  return found[0];
}

/** A configuration that stands in a folder and is not read, because that is no project. */
export function overlookedConfig(folder: string): string | undefined {
  if (projectRoot(folder) !== undefined) return undefined;
  return NAMES.find((name) => existsSync(join(folder, name)));
}

/** The nearest folder upwards with a package.json or a .git. */
export function projectRoot(start: string): string | undefined {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json")) || existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

async function readValue(file: string): Promise<unknown> {
  if (CODE.has(extname(file))) return runConfig(file);
  const text = await readConfigText(file);
  try {
    if (extname(file) === ".json") return JSON.parse(text);
    const { parseYaml } = await import("../yaml-text.ts");
    return parseYaml(text, 100);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new FieldtapeError("CONFIG_INVALID", `the configuration cannot be read: ${message}`, { file, cause });
  }
}

/** @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE, CONFIG_INVALID when it is too large */
export async function readConfigText(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const missing = systemCode(cause) === "ENOENT";
    throw new FieldtapeError(missing ? "INPUT_MISSING" : "INPUT_UNREADABLE", `cannot read the configuration`, {
      file,
      cause,
    });
  }
  if (text.length > SIZE_MAX)
    throw new FieldtapeError("CONFIG_INVALID", "the configuration is larger than 1 MiB", { file });
  return text;
}

async function runConfig(file: string): Promise<unknown> {
  if (!existsSync(file)) throw new FieldtapeError("INPUT_MISSING", "there is no such configuration", { file });
  const { createJiti } = await import("jiti");
  try {
    return await createJiti(import.meta.url, { fsCache: false }).import(file, { default: true });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new FieldtapeError("CONFIG_INVALID", `the configuration failed when it was run: ${message}`, { file, cause });
  }
}
