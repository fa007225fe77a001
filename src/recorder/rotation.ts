import { FieldtapeError } from "../errors.ts";
import type { Rotation } from "../tape/segment-series.ts";
import { parseDuration } from "../time/duration.ts";

const UNITS: ReadonlyMap<string, number> = new Map([
  ["B", 1],
  ["KB", 1e3],
  ["MB", 1e6],
  ["GB", 1e9],
  ["KIB", 2 ** 10],
  ["MIB", 2 ** 20],
  ["GIB", 2 ** 30],
]);

/** A size as a person writes it: `100MB`, `64KiB`, `1.5GB`. `undefined` if it is none. */
export function parseSize(text: string): number | undefined {
  const match = /^([0-9]+(?:\.[0-9]+)?)([kKMG]i?B|B)$/.exec(text);
  const unit = UNITS.get(match?.[2]?.toUpperCase() ?? "");
  if (match === null || unit === undefined) return undefined;
  const bytes = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** A block of the tape's hash chain: smaller segments would be mostly header. */
const SMALLEST = 64 * 1024;

/**
 * When a tape goes on in a new segment: after so many bytes (`100MB`), after so much time (`10m`), or whichever comes first when
 * both are given.
 *
 * @throws FieldtapeError USAGE
 */
export function parseRotation(texts: readonly string[]): Rotation {
  let rotation: Rotation = {};
  for (const text of texts) {
    const bytes = parseSize(text);
    if (bytes !== undefined && bytes < SMALLEST) throw refused(text, "is less than 64 KiB");
    if (bytes !== undefined) rotation = { ...rotation, bytes };
    else rotation = { ...rotation, every: periodOf(text) };
  }
  return rotation;
}

function periodOf(text: string) {
  try {
    const every = parseDuration(text);
    if (every >= 1e9) return every;
  } catch (cause) {
    throw refused(text, "is neither a size nor a duration", cause);
  }
  throw refused(text, "is less than a second");
}

function refused(text: string, why: string, cause?: unknown): FieldtapeError {
  return new FieldtapeError("USAGE", `${JSON.stringify(text)} ${why}`, { cause, hint: "write it like 100MB or 10m" });
}
