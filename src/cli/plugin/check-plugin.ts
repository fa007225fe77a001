import { existsSync, readFileSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Json } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import { PLUGIN_ABI } from "../../plugin/abi.ts";
import { openTape } from "../../tape/reader.ts";
import type { RecordBatch } from "../../tape/record.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { type ResolvedSubject, resolveSubject } from "../subjects.ts";
import { ambientLaw } from "./ambient-law.ts";
import { hardInputs } from "./hard-inputs.ts";
import { LAW_WORDS, type Law, type TriedTape, tryLaws } from "./laws.ts";

export interface CheckRequest {
  /** The folder of a package, the file of a module, or a name from the configuration. */
  readonly plugin: string;
  readonly tapes: readonly string[];
  readonly options: Json | undefined;
  readonly config: LoadedConfig;
}

/** Cases of a package that are tried, at most. */
const CASES_MAX = 20;
/** What a module is called while it is looked at. */
const NAME = "plugin";

/** What is looked at: a module's file, or what the configuration names. */
interface Looked {
  readonly name: string;
  readonly config: LoadedConfig;
  readonly module: string | undefined;
  /** The package's folder, where one was named. */
  readonly folder: string | undefined;
}

/**
 * Holds a subject of the user's own against every law.
 *
 * @throws FieldtapeError INPUT_MISSING for what is not there; what reading a tape throws
 */
export async function checkPlugin(request: CheckRequest, signal: AbortSignal): Promise<readonly Law[]> {
  const looked = lookAt(request);
  const manifest = looked.folder === undefined ? [] : [manifestLaw(looked.folder)];
  const loaded = await load(looked, request.options);
  if ("result" in loaded) return [...manifest, loaded];
  const laws = new Map<string, Law>(Object.keys(LAW_WORDS).map((law) => [law, { law, result: "not tried" }]));
  const tapes = await tapesOf(request, looked.folder);
  for (const tape of tapes) for (const law of await tryLaws(loaded, tape, signal)) keepWorse(laws, law);
  const tried = [...manifest, { law: "loads", result: "ok" } as const, ...laws.values()];
  if (looked.module === undefined || tried.some(({ fatal }) => fatal)) return tried;
  return [...tried, await ambientLaw(looked, request.options, tapes, signal)];
}

function lookAt({ plugin, config }: CheckRequest): Looked {
  const path = resolve(plugin);
  if (config.config.subjects?.[plugin] !== undefined && !existsSync(path))
    return { name: plugin, config, module: undefined, folder: undefined };
  if (!existsSync(path))
    throw new FieldtapeError("INPUT_MISSING", "there is no such package, module or subject", {
      file: plugin,
      hint: "name the folder of a package, the file of a module, or a subject of the configuration",
    });
  const folder = statSync(path).isDirectory() ? path : undefined;
  const module = folder === undefined ? path : join(folder, mainOf(folder));
  if (!existsSync(module))
    throw new FieldtapeError("INPUT_MISSING", "the package's module is not there", {
      file: module,
      hint: "is it built? its package.json names it as main",
    });
  return { name: NAME, config: { config: { subjects: { [NAME]: { module } } }, file: undefined }, module, folder };
}

function mainOf(folder: string): string {
  const main = manifestOf(folder)["main"];
  return typeof main === "string" ? main : "index.js";
}

function manifestOf(folder: string): Readonly<Record<string, unknown>> {
  const file = join(folder, "package.json");
  if (!existsSync(file))
    throw new FieldtapeError("INPUT_MISSING", "the folder is no package: it has no package.json", { file });
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch (cause) {
    throw new FieldtapeError("INPUT_MALFORMED", "the package's manifest is no JSON", { file, cause });
  }
}

function manifestLaw(folder: string): Law {
  const stated = manifestOf(folder)["fieldtape"];
  const abi: unknown = typeof stated === "object" && stated !== null && "abi" in stated ? stated.abi : undefined;
  if (abi === PLUGIN_ABI) return { law: "manifest", result: "ok" };
  const why =
    abi === undefined
      ? `package.json says no fieldtape.abi; this is ABI ${PLUGIN_ABI}`
      : `it is for ABI ${String(abi)}, this is ${PLUGIN_ABI}`;
  return { law: "manifest", result: "failed", why };
}

async function load({ name, config }: Looked, options: Json | undefined): Promise<ResolvedSubject | Law> {
  try {
    return await resolveSubject(name, options, config);
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError)) throw thrown;
    const { message, hint, cause, code } = thrown;
    const under = cause instanceof Error ? ` (${cause.message})` : "";
    const why = `${message}${under}${hint === undefined ? "" : `\n${hint}`}`;
    const isFatal = code === "SUBJECT_CRASHED" || code === "SUBJECT_HUNG";
    return { law: "loads", result: "failed", why, ...(isFatal ? { fatal: true } : {}) };
  }
}

/** Those that were named; else the package's own cases, and the hard inputs. */
async function tapesOf({ tapes }: CheckRequest, folder: string | undefined): Promise<readonly TriedTape[]> {
  if (tapes.length > 0) return tapes.map(onDisk);
  const cases = folder === undefined ? [] : await casesIn(join(folder, "corpora"));
  return [...cases.map(onDisk), { name: "hard inputs", batches: inMemory }];
}

function onDisk(path: string): TriedTape {
  return {
    name: basename(dirname(path)) === "." ? path : join(basename(dirname(path)), basename(path)),
    async *batches() {
      await using reader = await openTape(path);
      yield* reader.batches();
    },
  };
}

async function* inMemory(): AsyncGenerator<RecordBatch> {
  yield { firstLine: 1, records: hardInputs() };
}

async function casesIn(corpora: string): Promise<readonly string[]> {
  if (!existsSync(corpora)) return [];
  const files = await readdir(corpora, { recursive: true });
  return files
    .filter((file) => basename(file) === "tape.jsonl")
    .toSorted()
    .slice(0, CASES_MAX)
    .map((file) => join(corpora, file));
}

/** A law holds when it holds on every tape. */
function keepWorse(laws: Map<string, Law>, law: Law): void {
  const known = laws.get(law.law);
  if (known === undefined || known.result === "not tried" || (known.result === "ok" && law.result === "failed"))
    laws.set(law.law, law);
}
