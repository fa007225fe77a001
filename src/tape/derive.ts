import { createHash } from "node:crypto";
import type { JsonObject } from "../bytes/json.ts";
import type { HeaderRecord } from "./record.ts";

/** How a tape was made from others. It stands in `header.meta.derived`. */
export interface Derivation {
  /** What made it: `cut`, `merge`, `replay`, … */
  readonly by: string;
  /** Ids of its sources, in order. */
  readonly sources: readonly string[];
  readonly options: JsonObject;
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
 * The header of a tape made from `source` (the first one, if there are several): its `started` and its recorder, since the same
 * sources and options must give the same bytes; an id of its own; and in `meta.derived` how it came about.
 */
export function derivedHeader(source: HeaderRecord, derivation: Derivation): HeaderRecord {
  const { by, sources, options } = derivation;
  return {
    ...source,
    id: derivedId(by, sources, options),
    segment: 0,
    offset: "0",
    previous: null,
    meta: { ...source.meta, derived: { by, sources, options: sorted(options) } },
  };
}

/** What names a tape among the sources of another: a segment is a tape of its own. */
export function sourceId(header: HeaderRecord): string {
  return header.segment === 0 ? header.id : `${header.id}/${header.segment}`;
}

/** Members in one order, whatever order they came in. */
function sorted(options: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(options).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
