import { formatIso, parseIso, withinIso } from "./iso.ts";

/** Whole minutes by which a zone's clocks are ahead of UTC at a moment, in nanoseconds since 1970. */
export type Zone = (wall: bigint) => number;

export const UTC: Zone = () => 0;

const NANOS_PER_MINUTE = 60_000_000_000n;

/** A moment as a zone's clocks show it, in ISO 8601 with the zone's offset; `Z` where that is none. Digits as in `formatIso`. */
export function formatInZone(wall: bigint, zone: Zone, digits: number): string {
  const ahead = zone(wall);
  const shown = wall + BigInt(ahead) * NANOS_PER_MINUTE;
  // Next to the first and the last year that can be written, UTC is the zone that always can.
  if (ahead === 0 || !withinIso(shown)) return formatIso(wall, digits);
  return `${formatIso(shown, digits).slice(0, -1)}${offsetText(ahead)}`;
}

/** A date that a tape holds, in a zone, with as many digits as it has. What is no date stays as it is. */
export function inZone(date: string, zone: Zone): string {
  const wall = parseIso(date);
  if (wall === undefined || zone === UTC) return date;
  return formatInZone(wall, zone, /\.([0-9]+)/.exec(date)?.[1]?.length ?? 0);
}

function offsetText(ahead: number): string {
  const minutes = Math.abs(ahead);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${ahead < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
