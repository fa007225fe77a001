import { FieldtapeError } from "../../errors.ts";
import { formatIso, parseIso } from "../../time/iso.ts";

const UNITS: Readonly<Record<string, bigint>> = { s: 1n, m: 60n, h: 3_600n, d: 86_400n };
const NANOS = 1_000_000_000n;
/** A hundred years: longer is a typing error. */
const LONGEST = 36_525n * 86_400n * NANOS;

/**
 * How long something is good, in nanoseconds: `90s`, `30m`, `12h`, `7d`, or the date when it ends, in RFC 3339.
 *
 * @throws FieldtapeError USAGE
 */
export function parseExpiry(text: string, now: bigint): bigint {
  const parts = /^([0-9]{1,10})([smhd])$/.exec(text);
  const unit = UNITS[parts?.[2] ?? ""];
  const date = parseIso(text);
  const span = unit === undefined ? (date ?? now) - now : BigInt(parts?.[1] ?? "0") * unit * NANOS;
  if (span > 0n && span <= LONGEST) return span;
  throw new FieldtapeError("USAGE", `${JSON.stringify(text)} is no time to expire in`, {
    hint: 'write it like "7d", "12h" or "2027-01-31T00:00:00Z", in the future and within a hundred years',
  });
}

/** The date when something made now ends, to the second. */
export function expiryDate(text: string, now: bigint): string {
  return formatIso(now + parseExpiry(text, now), 0);
}
