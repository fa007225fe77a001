import { dirname, resolve } from "node:path";
import type { Json, JsonObject } from "../bytes/json.ts";
import { FieldtapeError } from "../errors.ts";
import type { ChainPlan } from "../machine/chain-plan.ts";
import { UPDATER, UPDATER_WORLD } from "../ota/session/updater-name.ts";
import type { NamedFramer, PluginParts } from "../plugin/abi.ts";
import { machineSubject } from "../replayer/machine-subject.ts";
import type { Subject } from "../replayer/subject.ts";
import { BUILT_IN, type BuiltIn, builtIn } from "./built-in-subjects.ts";
import type { LoadedConfig } from "./config/config-file.ts";
import type { Config } from "./config/schema.ts";

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
  const entry = builtIn(name);
  if (named !== undefined) {
    if (entry !== undefined || isUpdater(name)) throw clash(name, loaded);
    const merged = merge(named.options, options);
    return "module" in named
      ? resolveModule(name, resolve(dirname(loaded.file ?? "."), named.module), merged)
      : resolveBuiltIn(named.subject, merged, loaded);
  }
  if (isUpdater(name)) return resolveUpdater(name, options);
  if (entry === undefined) throw unknown(name, loaded.config);
  return resolveBuiltIn(name, merge(undefined, options), loaded);
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

async function resolveModule(name: string, path: string, options: Json): Promise<ResolvedSubject> {
  const { loadModule } = await import("../plugin/module-file.ts");
  const { create } = await loadModule(path);
  let parts: PluginParts;
  try {
    parts = create(options);
  } catch (cause) {
    throw new FieldtapeError("SUBJECT_CRASHED", "the module's create() threw", { file: path, cause });
  }
  const { framer, session } = parts;
  const framing =
    framer === undefined
      ? undefined
      : "step" in framer
        ? { name: framer.name, machine: framer, options }
        : await framerNamed(framer);
  const plan: ChainPlan = {
    role: parts.role ?? "observer",
    ...(framing === undefined ? {} : { framer: framing }),
    ...(session === undefined ? {} : { session: { name: session.name, machine: session, config: options } }),
  };
  return subjectOf(name, options, plan);
}

/** The framer part of a built-in subject: what a session names as its framer. */
export async function framerNamed({ subject, options }: NamedFramer): Promise<NonNullable<ChainPlan["framer"]>> {
  const { framer } = (await builtIn(subject)?.plan(merge(undefined, options), framerNamed)) ?? {};
  if (framer !== undefined) return framer;
  const names = BUILT_IN.filter((entry) => entry.frames).map((entry) => entry.name);
  throw new FieldtapeError("OPTIONS_INVALID", `${JSON.stringify(subject)} is no framer`, {
    hint: `one of: ${names.join(", ")}`,
  });
}

/** What to try when no subject was named: the framers that work without settings. */
export function framersToTry(): readonly BuiltIn[] {
  return BUILT_IN.filter((entry) => entry.frames && entry.name !== "length-prefixed");
}

/** Settings are an object or nothing; the second goes over the first. */
function merge(base: Json | undefined, over: Json | undefined): JsonObject {
  return { ...settings(base), ...settings(over) };
}

function settings(options: Json | undefined): JsonObject {
  if (options === undefined || options === null) return {};
  if (typeof options === "object" && !Array.isArray(options)) return options as JsonObject;
  throw new FieldtapeError("OPTIONS_INVALID", "the options of a subject are a JSON object", {
    hint: "as in --options '{\"maximum\":1024}'",
  });
}

function unknown(name: string, config: Config): FieldtapeError {
  return new FieldtapeError("SUBJECT_UNKNOWN", `there is no subject ${JSON.stringify(name)}`, {
    hint: `one of: ${subjectNames(config).join(", ")}`,
  });
}

function clash(name: string, { file }: LoadedConfig): FieldtapeError {
  return new FieldtapeError("CONFIG_INVALID", `subjects.${name}: ${name} is the name of a built-in subject`, {
    ...(file === undefined ? {} : { file }),
    hint: "give yours another name",
  });
}
