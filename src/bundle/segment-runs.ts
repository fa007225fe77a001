import { FieldtapeError } from "../errors.ts";
import type { HeaderRecord } from "../tape/record.ts";
import { headerOf } from "../tape/source-header.ts";

/**
 * Tapes as they belong together: segments of one recording that follow one another are one, whatever order they are named in; any other tape is one by itself.
 * In the order in which the first of each is named.
 */
export async function segmentRuns(paths: readonly string[]): Promise<readonly (readonly string[])[]> {
  const named: Named[] = [];
  for (const path of paths) named.push({ path, header: await headerIfAny(path) });
  const taken = new Set<string>();
  return named.flatMap(({ path, header }) => {
    if (taken.has(path)) return [];
    const run = header === undefined ? [path] : (runAround(header.segment, segmentsOf(header.id, named)) ?? [path]);
    for (const part of run) taken.add(part);
    return [run];
  });
}

interface Named {
  readonly path: string;
  readonly header: HeaderRecord | undefined;
}

/** By their numbers; `undefined` where one is there twice. */
function segmentsOf(id: string, named: readonly Named[]): ReadonlyMap<number, string> | undefined {
  const segments = new Map<number, string>();
  for (const { path, header } of named) {
    if (header?.id !== id) continue;
    if (segments.has(header.segment)) return undefined;
    segments.set(header.segment, path);
  }
  return segments;
}

function runAround(segment: number, segments: ReadonlyMap<number, string> | undefined): readonly string[] | undefined {
  if (segments === undefined) return undefined;
  let first = segment;
  while (segments.has(first - 1)) first -= 1;
  const run: string[] = [];
  for (let next = segments.get(first); next !== undefined; next = segments.get(first + run.length)) run.push(next);
  return run;
}

/** What is wrong with a tape is for whoever plays it to say. */
async function headerIfAny(path: string): Promise<HeaderRecord | undefined> {
  try {
    return await headerOf(path);
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError)) throw thrown;
    return undefined;
  }
}
