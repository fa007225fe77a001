import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseKaitaiOptions } from "../../plugin/kaitai/schema.ts";
import { refuseOtherAbi } from "../../plugin/manifest.ts";
import { parseSource } from "../../recorder/source-spec.ts";
import { findProgram } from "../find-program.ts";
import { compileFormat } from "../kaitai-format.ts";
import { refuseBuiltInName, resolveSubject, subjectNames } from "../subjects.ts";
import { checkRelease } from "./check-release.ts";
import { isConfigText, projectRoot, readConfigText, readConfigValue } from "./config-file.ts";
import { type KeyPath, refused, type Wrong } from "./named-things.ts";
import { type Config, parseConfig } from "./schema.ts";

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
  /** Now: nanoseconds since 1970. */
  readonly now: bigint;
}

/**
 * Everything that is wrong with a configuration, as far as can be seen without running what it names: keys and values, subjects and their options, formats (which
 * are compiled), modules, programs, folders, and the keys and roots of releases, which are not there or not what they should be; secrets.
 *
 * @throws FieldtapeError CONFIG_INVALID when it cannot be read at all, INPUT_MISSING, INPUT_UNREADABLE
 */
export async function checkConfig(file: string, options: CheckOptions): Promise<readonly ConfigProblem[]> {
  const place = await placesIn(file);
  const told = ([path, words]: Wrong): ConfigProblem => {
    const line = place?.(path);
    const key = path.join(".") || "(top)";
    const said = words.startsWith(`${key}: `) ? words.slice(key.length + 2) : words;
    return { key, ...(line === undefined ? {} : { line }), words: said };
  };
  const value = await readConfigValue(file);
  const parsed = parseConfig(value);
  if ("problems" in parsed) return parsed.problems.map(({ path, message }) => told([path, message]));
  const { config } = parsed;
  const folder = projectRoot(dirname(file)) ?? dirname(file);
  const found = [
    ...(await subjectsOf(config, file, options)),
    ...(await channelsOf(config)),
    ...suitesOf(config, file),
    ...(config.release === undefined ? [] : await checkRelease(config.release, { ...options, folder })),
  ];
  return found.map(told).toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

async function placesIn(file: string): Promise<((path: KeyPath) => number) | undefined> {
  if (!isConfigText(file)) return undefined;
  const { parseConfigText } = await import("./config-text.ts");
  return parseConfigText(await readConfigText(file), file).lineOf;
}

async function subjectsOf(config: Config, file: string, options: CheckOptions): Promise<readonly Wrong[]> {
  const found: Wrong[] = [];
  const names = subjectNames(config);
  if (config.subject !== undefined && !names.includes(config.subject))
    found.push([["subject"], `there is no such subject; one of: ${names.join(", ")}`]);
  for (const [name, subject] of Object.entries(config.subjects ?? {})) {
    const here = ["subjects", name];
    if ("subject" in subject) {
      found.push(...(await refused(here, () => resolveSubject(name, undefined, { config, file }))));
      continue;
    }
    found.push(...(await refused(here, () => refuseBuiltInName(name, { file }))));
    if ("module" in subject)
      found.push(...(await refused([...here, "module"], () => refuseOtherAbi(resolve(dirname(file), subject.module)))));
    else if ("kaitai" in subject)
      found.push(
        ...(await refused([...here, "options"], () => parseKaitaiOptions(subject.options ?? {}))),
        ...(await refused([...here, "kaitai"], () => compileFormat(resolve(dirname(file), subject.kaitai)))),
      );
    else if (findProgram(subject.command[0], { folder: dirname(file), path: options.path }) === undefined)
      found.push([[...here, "command", 0], `there is no program ${subject.command[0]}`]);
  }
  return found;
}

async function channelsOf({ channels = {} }: Config): Promise<readonly Wrong[]> {
  const looks = Object.entries(channels).map(([name, { source }]) =>
    refused(["channels", name, "source"], () => parseSource(source)),
  );
  return (await Promise.all(looks)).flat();
}

function suitesOf({ suites = {} }: Config, file: string): readonly Wrong[] {
  return Object.entries(suites).flatMap(([name, path]): readonly Wrong[] => {
    const folder = resolve(dirname(file), path);
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) return [];
    return [[["suites", name], found === undefined ? `${folder} is not there` : `${folder} is no folder`]];
  });
}
