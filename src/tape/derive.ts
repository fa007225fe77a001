import { createHash } from "node:crypto";
import type { JsonObject } from "../bytes/json.ts";
import { assert } from "../errors.ts";
import { formatIso, parseIso } from "../time/iso.ts";
import type { HeaderRecord } from "./record.ts";

/** How a tape was made from others. It stands in `header.meta.derived`. */
export interface Derivation {
  /** What made it: `cut`, `merge`, `replay`, … */
  readonly by: string;
  /** Names its sources, in order: `sourceId` of their headers, or digests of what is no tape. */
  readonly sources: readonly string[];
  readonly options: JsonObject;
  /** The recording whose channels it has, if it is a part of one: parts of one recording can be put together again. */
  readonly recording?: string;
}

/**
 * The id of a tape that is made from others: from the same sources with the same options it is the same, on every machine. It has
 * the form of a UUID, version 8 (RFC 9562 §5.8: contents as the maker likes), made from SHA-256.
 */
export function derivedId(by: string, sources: readonly string[], options: JsonObject): string {
  const hex = createHash("sha256")
    .update(JSON.stringify([by, sources, sorted(options)]))
    .digest("hex");
  const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) & 3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * The header of a tape made from `source` (the first one, if there are several): its date and its recorder, since the same sources
 * and options must give the same bytes; an id of its own; and in `meta.derived` how it came about.
 */
export function derivedHeader(source: HeaderRecord, derivation: Derivation): HeaderRecord {
  const { by, sources, options, recording } = derivation;
  const whole = { by, sources, options: sorted(options), ...(recording === undefined ? {} : { recording }) };
  const derived = beginsMidway(source) ? { ...whole, midway: true } : whole;
  return {
    ...source,
    id: derivedId(by, sources, options),
    started: source.offset === "0" ? source.started : isoDate(startOf(source)),
    segment: 0,
    offset: "0",
    previous: null,
    meta: { ...source.meta, derived },
  };
}

/** Whether something was recorded before the beginning of a tape that is not on it: it is a later segment, a cut, or made of one. */
export function beginsMidway({ segment, meta }: Pick<HeaderRecord, "segment" | "meta">): boolean {
  const { derived } = meta;
  if (typeof derived !== "object" || derived === null || !("by" in derived)) return segment > 0;
  return segment > 0 || derived["midway"] === true || (derived["by"] === "cut" && beginsLater(derived["options"]));
}

function beginsLater(options: JsonObject[string]): boolean {
  const isObject = typeof options === "object" && options !== null && "fromLine" in options;
  return isObject && typeof options.fromLine === "number" && options.fromLine > 1;
}

/** What names a tape among the sources of another: a segment is a tape of its own. */
export function sourceId(header: HeaderRecord): string {
  return header.segment === 0 ? header.id : `${header.id}/${header.segment}`;
}

/** The recording whose channels a tape has: its own, or that of which it is a part. */
export function recordingOf(header: HeaderRecord): string {
  const { derived } = header.meta;
  if (typeof derived !== "object" || derived === null || !("recording" in derived)) return header.id;
  return typeof derived.recording === "string" ? derived.recording : header.id;
}

/** The date of this tape's (or segment's) own `at` 0, in nanoseconds since 1970. */
export function startOf(header: HeaderRecord): bigint {
  const started = parseIso(header.started);
  assert(started !== undefined, `${header.started} was read as a date before`);
  return started + BigInt(header.offset);
}

/** A date as headers have it: with microseconds, or nanoseconds where they say something. */
export function isoDate(wall: bigint): string {
  return formatIso(wall, wall % 1000n === 0n ? 6 : 9);
}

/** Members in one order, whatever order they came in. */
function sorted(options: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(options).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
