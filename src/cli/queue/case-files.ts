import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { get as getPlain } from "node:http";
import { get as getSecure } from "node:https";
import { dirname, join, relative, resolve, sep } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { FieldtapeError } from "../../errors.ts";
import type { QueuedCase } from "./schema.ts";

const FILE_MAX = 256 * 1024 * 1024;

type CaseFile = QueuedCase["files"][number];

/** Puts a case's files into a folder by their digests, where workers or an HTTP server find them. */
export async function publishCase(folder: string, store: string): Promise<readonly CaseFile[]> {
  await mkdir(store, { recursive: true });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: CaseFile[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const place = join(entry.parentPath, entry.name);
    const bytes = await readFile(place);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    if (!existsSync(join(store, sha256))) await writeFileAtomic(join(store, sha256), bytes);
    files.push({ path: relative(folder, place).split(sep).join("/"), sha256 });
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

export interface FetchPlaces {
  /** A folder, or `http(s)://…`: what comes behind it is the digest. */
  readonly from: string;
  /** Where files are kept once they were fetched. */
  readonly cache: string;
}

/**
 * Lays a case out in a folder, from files that are fetched by digest and checked against it.
 *
 * @throws FieldtapeError INPUT_UNREADABLE when one cannot be had; INPUT_MALFORMED when it is another one
 */
export async function layOut(folder: string, files: readonly CaseFile[], places: FetchPlaces): Promise<void> {
  for (const { path, sha256 } of files) {
    const place = join(folder, ...path.split("/"));
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, await fetchFile(sha256, places));
  }
}

async function fetchFile(sha256: string, { from, cache }: FetchPlaces): Promise<Uint8Array> {
  const kept = join(cache, sha256);
  if (existsSync(kept)) return readFile(kept);
  const bytes = /^https?:/.test(from)
    ? await download(`${from.replace(/\/$/, "")}/${sha256}`)
    : await read(resolve(from, sha256));
  if (createHash("sha256").update(bytes).digest("hex") !== sha256)
    throw new FieldtapeError("INPUT_MALFORMED", `${from} gave another file than ${sha256}`);
  await mkdir(cache, { recursive: true });
  await writeFileAtomic(kept, Buffer.from(bytes));
  return bytes;
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new FieldtapeError("INPUT_UNREADABLE", "cannot fetch a file of a case", { file: path, cause });
  }
}

function download(url: string): Promise<Uint8Array> {
  const failed = (cause: unknown) => new FieldtapeError("INPUT_UNREADABLE", `cannot fetch ${url}`, { cause });
  return new Promise((done, fail) => {
    const request = (url.startsWith("https:") ? getSecure : getPlain)(url, { timeout: 30_000 }, (response) => {
      const chunks: Uint8Array[] = [];
      let length = 0;
      response.on("data", (chunk: Uint8Array) => {
        length += chunk.length;
        if (length > FILE_MAX) request.destroy(new Error("larger than 256 MiB"));
        else chunks.push(chunk);
      });
      response.on("error", (cause) => fail(failed(cause)));
      response.on("end", () => (response.statusCode === 200 ? done(Buffer.concat(chunks)) : fail(failed(undefined))));
    });
    request.on("timeout", () => request.destroy(new Error("no answer in 30 s")));
    request.on("error", (cause) => fail(failed(cause)));
  });
}
