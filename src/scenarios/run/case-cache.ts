import { createHash, type Hash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { blobsFolder } from "../../tape/segments.ts";
import { TAPE_FILES } from "../case-folder.ts";
import type { CacheOptions, CaseJob } from "../case-job.ts";
import type { CaseResult } from "../case-result.ts";
import { parseCached } from "./schema.ts";

/** For people alone. */
const README = "README.md";
/** Other folders are other cases. */
const BLOBS: ReadonlySet<string> = new Set(TAPE_FILES.map(blobsFolder));
/** Larger cases are played anew each time: reading them is most of the work. */
const FILE_MAX = 16 * 1024 * 1024;

/**
 * The result of a case that passed before with the same tape, scenario, golden and build; `undefined`: it must be run. One file for each
 * case name, so that what is kept never outgrows the corpus.
 */
export function cachedResult(job: CaseJob, name: string, cache: CacheOptions): CaseResult | undefined {
  const key = keyOf(job, cache);
  if (key === undefined) return undefined;
  try {
    const kept: unknown = JSON.parse(readFileSync(placeOf(name, cache), "utf8"));
    const { result, key: keptKey } = parseCached(kept) ?? {};
    return keptKey === key && result?.name === name ? result : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a result if it is one of a case that passed. A place that cannot be written to costs time, no more. */
export function cacheResult(job: CaseJob, result: CaseResult, cache: CacheOptions): void {
  if (result.outcome.type !== "passed" || result.canary !== undefined) return;
  const key = keyOf(job, cache);
  if (key === undefined) return;
  const place = placeOf(result.name, cache);
  try {
    mkdirSync(cache.folder, { recursive: true });
    writeFileSync(`${place}.new`, JSON.stringify({ format: "fieldtape-passed", version: 1, key, result }));
    renameSync(`${place}.new`, place);
  } catch {
    // As said above.
  }
}

function placeOf(name: string, { folder }: CacheOptions): string {
  return join(folder, `${createHash("sha256").update(name).digest("hex").slice(0, 32)}.json`);
}

/** Digest of everything that decides what a case says and how it is judged. */
function keyOf({ folder, relations = false, variants = [] }: CaseJob, { build }: CacheOptions): string | undefined {
  const hash = createHash("sha256").update(JSON.stringify([1, build, relations, variants]));
  return addFiles(hash, folder) ? hash.digest("hex") : undefined;
}

/** Adds the files of a case and the blobs of its tape; whether all of them could be read. */
function addFiles(hash: Hash, folder: string): boolean {
  for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name === README || (entry.isDirectory() && !BLOBS.has(entry.name))) continue;
    hash.update(`${entry.name}\n`);
    if (entry.isDirectory()) {
      if (!addFiles(hash, path)) return false;
      continue;
    }
    const bytes = contents(path);
    if (bytes === undefined) return false;
    hash.update(`${bytes.length}\n`).update(bytes);
  }
  return true;
}

/** `undefined`: a link, or too large; whoever runs the case looks at it. */
function contents(path: string): Uint8Array | undefined {
  const status = lstatSync(path);
  return status.isFile() && status.size <= FILE_MAX ? readFileSync(path) : undefined;
}
