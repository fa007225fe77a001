import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { FieldtapeError } from "../../errors.ts";
import { refuseOtherAbi } from "../../plugin/manifest.ts";
import { resolveSubject, subjectNames } from "../subjects.ts";
import { isConfigText, readConfigText, readConfigValue } from "./config-file.ts";
import { type Config, parseConfig } from "./schema.ts";

type Path = readonly (string | number)[];

/** Something in a configuration that will not work. */
export interface ConfigProblem {
  /** `subjects.plc.module`; `(top)` for the whole. */
  readonly key: string;
  /** In a configuration that is code there are no lines to name. */
  readonly line?: number;
  readonly words: string;
}

export interface CheckOptions {
  /** Programs are looked for there. */
  readonly path: string;
}

/**
 * Everything that is wrong with a configuration, as far as can be seen without running what it names: keys and values, subjects and their options, modules, formats,
 * programs and folders that are not there, secrets.
 *
 * @throws FieldtapeError CONFIG_INVALID when it cannot be read at all, INPUT_MISSING, INPUT_UNREADABLE
 */
export async function checkConfig(file: string, options: CheckOptions): Promise<readonly ConfigProblem[]> {
  const place = await placesIn(file);
  const told = ([path, words]: Found): ConfigProblem => {
    const line = place?.(path);
    return { key: path.join(".") || "(top)", ...(line === undefined ? {} : { line }), words };
  };
  const value = await readConfigValue(file);
  const parsed = parseConfig(value);
  if ("problems" in parsed) return parsed.problems.map(({ path, message }) => told([path, message]));
  return [...(await subjectsOf(parsed.config, file, options)), ...folders(parsed.config, file)].map(told);
}

type Found = readonly [path: Path, words: string];

async function placesIn(file: string): Promise<((path: Path) => number) | undefined> {
  if (!isConfigText(file)) return undefined;
  const { parseConfigText } = await import("./config-text.ts");
  return parseConfigText(await readConfigText(file), file).lineOf;
}

async function subjectsOf(config: Config, file: string, options: CheckOptions): Promise<readonly Found[]> {
  const found: Found[] = [];
  const names = subjectNames(config);
  if (config.subject !== undefined && !names.includes(config.subject))
    found.push([["subject"], `there is no such subject; one of: ${names.join(", ")}`]);
  for (const [name, subject] of Object.entries(config.subjects ?? {})) {
    const here = ["subjects", name];
    if ("subject" in subject)
      found.push(...(await refused(here, () => resolveSubject(name, undefined, { config, file }))));
    else if ("module" in subject)
      found.push(...(await refused([...here, "module"], () => refuseOtherAbi(resolve(dirname(file), subject.module)))));
    else if ("kaitai" in subject) found.push(...missing([...here, "kaitai"], resolve(dirname(file), subject.kaitai)));
    else if (!isProgram(subject.command[0], dirname(file), options.path))
      found.push([[...here, "command", 0], `there is no program ${subject.command[0]}`]);
  }
  return found;
}

async function refused(path: Path, look: () => unknown): Promise<readonly Found[]> {
  try {
    await look();
    return [];
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError)) throw thrown;
    const words = thrown.hint === undefined ? thrown.message : `${thrown.message} (${thrown.hint})`;
    return [[path, words.replace(/:?\s*\n\s*/g, ": ")]];
  }
}

function folders({ suites = {} }: Config, file: string): readonly Found[] {
  return Object.entries(suites).flatMap(([name, folder]) => missing(["suites", name], resolve(dirname(file), folder)));
}

function missing(path: Path, wanted: string): readonly Found[] {
  return statSync(wanted, { throwIfNoEntry: false }) === undefined ? [[path, `${wanted} is not there`]] : [];
}

/** As the system looks for a program: a name on the path, anything with a slash from the configuration's folder. */
function isProgram(name: string, folder: string, path: string): boolean {
  const candidates = name.includes("/")
    ? [isAbsolute(name) ? name : join(folder, name)]
    : path.split(delimiter).map((each) => join(each, name));
  return candidates.some((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
