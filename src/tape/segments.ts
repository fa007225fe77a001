import { access, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const EXTENSION = /(\.tape)?\.jsonl$/;
const NUMBERED = /\.([0-9]{4,})((\.tape)?\.jsonl)$/;

/**
 * Where segment `segment` of the tape stands: `NAME.tape.jsonl` for 0, `NAME.0001.tape.jsonl` for 1. `path` is that of segment 0,
 * without `.gz`.
 */
export function segmentPath(path: string, segment: number): string {
  if (segment === 0) return path;
  const number = segment.toString().padStart(4, "0");
  const name = basename(path);
  const named = EXTENSION.test(name)
    ? name.replace(EXTENSION, (extension) => `.${number}${extension}`)
    : `${name}.${number}`;
  return join(dirname(path), named);
}

/** The segment before this one, if the names say so and it is there, compressed or not. */
export async function segmentBefore(path: string, segment: number): Promise<string | undefined> {
  if (segment === 0) return undefined;
  const first = firstSegmentPath(path);
  const before = segmentPath(first, segment - 1);
  for (const candidate of [before, `${before}.gz`]) {
    if (await exists(candidate)) return candidate;
  }
  return undefined;
}

/** Segments after the first that are there, compressed or not, with their numbers. `path` is that of segment 0. */
export async function laterSegments(path: string): Promise<readonly string[]> {
  const names = await readdir(dirname(path)).catch(() => []);
  return names
    .filter((name) => NUMBERED.test(withoutGzip(name)) && firstSegmentPath(name) === basename(withoutGzip(path)))
    .map((name) => join(dirname(path), name));
}

/**
 * The segments of the tape with this segment that are there, in their order. Of one that is there plain and compressed (the compression was
 * broken off) the plain one.
 */
export async function segmentsBeside(path: string): Promise<readonly string[]> {
  const first = firstSegmentPath(path);
  const firsts = [first, `${first}.gz`];
  const there = [];
  for (const candidate of firsts) if (await exists(candidate)) there.push(candidate);
  const byNumber = new Map<number, string>();
  for (const found of [...there, ...(await laterSegments(first))].toSorted()) {
    const number = Number(NUMBERED.exec(withoutGzip(found))?.[1] ?? 0);
    if (!byNumber.has(number)) byNumber.set(number, found);
  }
  return [...byNumber].toSorted(([a], [b]) => a - b).map(([, found]) => found);
}

/** The path that segment 0 has, if this is the path of any segment, compressed or not. */
export function firstSegmentPath(path: string): string {
  const plain = withoutGzip(path);
  return join(dirname(plain), basename(plain).replace(NUMBERED, "$2"));
}

export function withoutGzip(path: string): string {
  return path.endsWith(".gz") ? path.slice(0, -3) : path;
}

/** Where a tape's blobs lie, compressed or not. */
export function blobsFolder(path: string): string {
  return `${withoutGzip(path)}.blobs`;
}

export async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
