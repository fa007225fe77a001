import { Buffer } from "node:buffer";
import { readdir, readFile, stat } from "node:fs/promises";
import { arch, cpus, release, type as systemType, totalmem } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";
import { type BundleItem, itemOfBytes } from "../../bundle/bundle-item.ts";
import type { FileKind } from "../../bundle/bundle-manifest.ts";
import type { TextRedactor } from "../../bundle/redaction/text-redactor.ts";
import type { Json, JsonObject } from "../../bytes/json.ts";
import { pathProblem } from "../../bytes/portable-path.ts";
import { FieldtapeError, systemCode } from "../../errors.ts";
import { localZoneName } from "../../time/system-clock.ts";
import type { LoadedConfig } from "../config/config-file.ts";
import { type StatePart, stateFolder } from "../state-folder.ts";

/** What a person wants a bundle to hold besides tapes. */
export interface WantedAttachments {
  readonly config: LoadedConfig;
  readonly results: readonly string[];
  /** Logs and crash reports of this machine. */
  readonly logs: boolean;
}

const RESULTS_BYTES_MAX = 64 * 2 ** 20;
/** Of all logs, and of all crash reports: the newest go in. */
const LOGS_BYTES_MAX = 8 * 2 ** 20;

/** Everything that is no tape: without secrets, whatever they look like. @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE, LIMIT_EXCEEDED */
export async function attachments(
  { config, results, logs }: WantedAttachments,
  redactor: TextRedactor,
): Promise<readonly BundleItem[]> {
  const items = [jsonItem("environment.json", "environment", environment(), redactor)];
  if (config.file !== undefined) {
    const data = { file: basename(config.file), config: plain(config.config) };
    items.push(jsonItem("configuration.json", "configuration", data, redactor));
  }
  for (const [index, file] of results.entries()) {
    const text = redactor.text(await readWhole(file, RESULTS_BYTES_MAX));
    items.push(itemOfBytes(`results/${index + 1}-${usable(basename(file), "results.json")}`, "results", utf8(text)));
  }
  if (!logs) return items;
  return [
    ...items,
    ...(await stateItems("logs", "log", redactor)),
    ...(await stateItems("crashes", "crash", redactor)),
  ];
}

/** Variables that say how the program behaves. No other one goes in. */
const VARIABLES = ["CI", "COLUMNS", "LANG", "LC_ALL", "LC_CTYPE", "NODE_ENV", "NO_COLOR", "TERM", "TZ"];

function environment(): JsonObject {
  const variables = VARIABLES.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    system: systemType(),
    release: release(),
    platform: process.platform,
    arch: arch(),
    node: process.version,
    processors: cpus().length,
    memory: totalmem(),
    timeZone: localZoneName(),
    variables: Object.fromEntries(variables),
  };
}

export function jsonItem(path: string, kind: FileKind, value: Json, redactor: TextRedactor): BundleItem {
  const clean = redactor.json(value);
  return itemOfBytes(path, kind, utf8(`${JSON.stringify(clean, undefined, 1)}\n`));
}

export function textItem(path: string, kind: FileKind, text: string, redactor: TextRedactor): BundleItem {
  return itemOfBytes(path, kind, utf8(redactor.text(text)));
}

const utf8 = (text: string): Uint8Array => Buffer.from(text, "utf8");

/** As it would stand in a file: a configuration may be the result of code. */
function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null));
}

const usable = (name: string, otherwise: string): string => (pathProblem(name) === undefined ? name : otherwise);

/** The newest files of a part of the state folder; names begin with the date. This command's own log is none of them. */
async function stateItems(part: StatePart, kind: FileKind, redactor: TextRedactor): Promise<readonly BundleItem[]> {
  const folder = join(stateFolder(process.env), part);
  const names = (await readdir(folder).catch(() => [])).filter((name) => pathProblem(name) === undefined).toSorted();
  const items: BundleItem[] = [];
  let left = LOGS_BYTES_MAX;
  for (const name of names.toReversed()) {
    const path = join(folder, name);
    const status = await stat(path).catch(() => undefined);
    if (status?.isFile() !== true || status.size > left || name.includes("_bundle-")) continue;
    left -= status.size;
    items.unshift(textItem(`${part}/${name}`, kind, await readWhole(path, LOGS_BYTES_MAX), redactor));
  }
  return items;
}

/** @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE, LIMIT_EXCEEDED */
async function readWhole(path: string, bytesMax: number): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > bytesMax) throw new FieldtapeError("LIMIT_EXCEEDED", `is larger than ${bytesMax} bytes`, { file: path });
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof FieldtapeError) throw cause;
    const isMissing = systemCode(cause) === "ENOENT";
    const what = isMissing ? "there is no such file" : "it cannot be read";
    throw new FieldtapeError(isMissing ? "INPUT_MISSING" : "INPUT_UNREADABLE", what, { file: path, cause });
  }
}
