/**
 * Seconds as decimal text, exactly: a double is off by up to 119 ns at today's dates and 166 ns where it is scaled afterwards,
 * so the text is never turned into one.
 */
const SHAPE = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/;
const LENGTH_MAX = 64;
/** A date beyond 10²⁰ ns is none: it spares us numbers of a million digits. */
const EXPONENT_MAX = 40;
const NANO_DIGITS = 9;

/**
 * Nanoseconds of a JSON number of seconds (`1730000000.123`, `1.73e9`), cut off below the nanosecond towards the past.
 * `undefined` if it is no number or beyond all dates.
 */
export function parseDecimalSeconds(text: string): bigint | undefined {
  const parts = text.length > LENGTH_MAX ? null : SHAPE.exec(text);
  if (parts === null) return undefined;
  const fraction = parts[3] ?? "";
  const exponent = Number(parts[4] ?? 0);
  if (Math.abs(exponent) > EXPONENT_MAX) return undefined;
  const digits = BigInt(`${parts[2]}${fraction}`);
  const shift = NANO_DIGITS + exponent - fraction.length;
  const signed = parts[1] === "-" ? -digits : digits;
  return shift >= 0 ? signed * 10n ** BigInt(shift) : floorDivide(signed, 10n ** BigInt(-shift));
}

/** Nanoseconds as seconds, exactly, as short as Python writes a float: at least one digit behind the point. */
export function formatDecimalSeconds(nanoseconds: bigint): string {
  if (nanoseconds < 0n) return `-${formatDecimalSeconds(-nanoseconds)}`;
  const digits = nanoseconds.toString().padStart(NANO_DIGITS + 1, "0");
  const fraction = digits.slice(-NANO_DIGITS).replace(/0+$/, "");
  return `${digits.slice(0, -NANO_DIGITS)}.${fraction === "" ? "0" : fraction}`;
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value < 0n && quotient * by !== value ? quotient - 1n : quotient;
}
