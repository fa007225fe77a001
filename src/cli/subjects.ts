import { dirname, join, resolve } from "node:path";
import process from "node:process";
import type { Json, JsonObject } from "../bytes/json.ts";
import { FieldtapeError } from "../errors.ts";
import type { ChainPlan } from "../machine/chain-plan.ts";
import { UPDATER, UPDATER_WORLD } from "../ota/session/updater-name.ts";
import { PROCESS_LIMITS, type ProcessLimits } from "../plugin/process-limits.ts";
import { machineSubject } from "../replayer/machine-subject.ts";
import type { Subject } from "../replayer/subject.ts";
import { millis } from "../time/nanos.ts";
import { BUILT_IN, type BuiltIn, builtIn } from "./built-in-subjects.ts";
import { type LoadedConfig, overlookedConfig } from "./config/config-file.ts";
import type { Config } from "./config/schema.ts";
import { framerNamed, settingsOf } from "./named-framer.ts";
import { programRoot } from "./program-root.ts";

/** A subject with the settings that it is opened with: everything that a driver needs, and what a thread can be told. */
export interface ResolvedSubject {
  readonly subject: Subject;
  readonly config: Json;
}

/** All names that `--subject` takes, built-in ones first. */
export function subjectNames(config: Config): string[] {
  return [...BUILT_IN.map((entry) => entry.name), UPDATER, UPDATER_WORLD, ...Object.keys(config.subjects ?? {})];
}

/**
 * The subject called `name`: built in, or named by the configuration. `options` (from `--options` or a scenario) go over those
 * of the configuration, member by member.
 *
 * @throws FieldtapeError SUBJECT_UNKNOWN with the names there are, OPTIONS_INVALID naming the option.
 */
export async function resolveSubject(
  name: string,
  options: Json | undefined,
  loaded: LoadedConfig,
): Promise<ResolvedSubject> {
  const named = loaded.config.subjects?.[name];
  if (named !== undefined) {
    refuseBuiltInName(name, loaded);
    const merged = merge(named.options, options);
    if ("subject" in named) return resolveBuiltIn(named.subject, merged, loaded);
    if ("kaitai" in named) return resolveFormat(name, named, merged, loaded);
    return { subject: await ownSubject(name, named, { options: merged, loaded }), config: merged };
  }
  if (isUpdater(name)) return resolveUpdater(name, options);
  return resolveBuiltIn(name, merge(undefined, options), loaded);
}

type NamedSubject = NonNullable<Config["subjects"]>[string];
type NamedFormat = Extract<NamedSubject, { readonly kaitai: string }>;
type OwnSubject = Exclude<NamedSubject, { readonly subject: string } | NamedFormat>;

/** A declared format is a module of fieldtape's own that is told the compiled format: its code runs where a module's does. */
async function resolveFormat(
  name: string,
  { kaitai, limits }: NamedFormat,
  options: JsonObject,
  loaded: LoadedConfig,
): Promise<ResolvedSubject> {
  const { compileFormat } = await import("./kaitai-format.ts");
  const { parseKaitaiOptions } = await import("../plugin/kaitai/schema.ts");
  parseKaitaiOptions(options);
  const { id, files } = await compileFormat(resolve(dirname(loaded.file ?? "."), kaitai));
  const config = { format: { id, files }, options };
  const module = join(programRoot(), "dist", "plugin", "kaitai", "kaitai-module.js");
  const named = { module, ...(limits === undefined ? {} : { limits }) };
  return { subject: await ownSubject(name, named, { options: config, loaded }), config };
}

/** A module or a program of the user's own. Only his configuration can name one. */
async function ownSubject(
  name: string,
  named: OwnSubject,
  { options, loaded: { file, inProcess } }: { readonly options: JsonObject; readonly loaded: LoadedConfig },
): Promise<Subject> {
  const limits = limitsOf(named.limits);
  if ("command" in named) {
    const { programSubject } = await import("./program-subject.ts");
    const { command, role } = named;
    return programSubject(name, { command, role: role ?? "observer", limits, file });
  }
  const { moduleApart, moduleInProcess } = await import("./module-subject.ts");
  const path = resolve(dirname(file ?? "."), named.module);
  return inProcess === true
    ? moduleInProcess(name, path, options)
    : moduleApart(name, path, { config: options, limits });
}

function limitsOf(limits: OwnSubject["limits"] = {}): ProcessLimits {
  const { silenceMs, answerMs, memoryMiB } = limits;
  return {
    silence: silenceMs === undefined ? PROCESS_LIMITS.silence : millis(silenceMs),
    answer: answerMs === undefined ? PROCESS_LIMITS.answer : millis(answerMs),
    memory: memoryMiB === undefined ? PROCESS_LIMITS.memory : memoryMiB * 1024 * 1024,
  };
}

/** It is told everything by the tape itself. */
async function resolveUpdater(name: string, options: Json | undefined): Promise<ResolvedSubject> {
  const [surplus] = Object.keys(merge(undefined, options));
  if (surplus !== undefined) throw new FieldtapeError("OPTIONS_INVALID", `${name} has no option ${surplus}`);
  if (name === UPDATER) return { subject: (await import("./ota/updater-subject.ts")).updaterSubject, config: {} };
  return { subject: (await import("./ota/updater-world-subject.ts")).updaterWorldSubject, config: {} };
}

const isUpdater = (name: string): boolean => name === UPDATER || name === UPDATER_WORLD;

async function resolveBuiltIn(name: string, options: JsonObject, loaded: LoadedConfig): Promise<ResolvedSubject> {
  const entry = builtIn(name);
  if (entry === undefined) throw unknown(name, loaded.config);
  return subjectOf(name, options, await entry.plan(options, framerNamed));
}

/** The options are read: whoever opens the subject cannot fail on them any more. */
function subjectOf(name: string, options: Json, plan: ChainPlan): ResolvedSubject {
  return { subject: machineSubject({ name, role: plan.role, parse: () => plan }), config: options };
}

/** What to try when no subject was named: the framers that work without settings. */
export function framersToTry(): readonly BuiltIn[] {
  return BUILT_IN.filter((entry) => entry.frames && entry.name !== "length-prefixed");
}

/** Settings are an object or nothing; the second goes over the first. */
function merge(base: Json | undefined, over: Json | undefined): JsonObject {
  return { ...settingsOf(base), ...settingsOf(over) };
}

function unknown(name: string, config: Config): FieldtapeError {
  const overlooked = overlookedConfig(process.cwd());
  const names = `one of: ${subjectNames(config).join(", ")}`;
  return new FieldtapeError("SUBJECT_UNKNOWN", `there is no subject ${JSON.stringify(name)}`, {
    hint:
      overlooked === undefined
        ? names
        : `${names}\n${overlooked} was not read: it needs a package.json or .git beside it, or --config ${overlooked}`,
  });
}

/** A name of the configuration's own must not be one of a built-in subject. @throws FieldtapeError CONFIG_INVALID */
export function refuseBuiltInName(name: string, { file }: Pick<LoadedConfig, "file">): void {
  if (builtIn(name) === undefined && !isUpdater(name)) return;
  throw new FieldtapeError("CONFIG_INVALID", `subjects.${name}: ${name} is the name of a built-in subject`, {
    ...(file === undefined ? {} : { file }),
    hint: "give yours another name",
  });
}
