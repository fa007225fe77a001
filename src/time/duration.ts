import { FieldtapeError } from "../errors.ts";
import { type Nanos, nanos } from "./nanos.ts";

/** Largest first: the order in which the parts of a compound duration must stand. */
const UNITS: readonly (readonly [name: string, nanos: bigint])[] = [
  ["d", 86_400_000_000_000n],
  ["h", 3_600_000_000_000n],
  ["m", 60_000_000_000n],
  ["s", 1_000_000_000n],
  ["ms", 1_000_000n],
  ["us", 1_000n],
  ["ns", 1n],
];

const LENGTH_MAX = 64;
const PART = /([0-9]+)(?:\.([0-9]+))?(d|h|ms|m|us|µs|μs|ns|s)/y;
const HINT = 'write it like "12.5s", "90ms", "1m30s", "250us" or "10ns"';

/**
 * A span of time as a person writes it, exactly: `12.5s`, `90ms`, `1m30s`, `2h`, `250us` (or `µs`), `10ns`, `0`. Units go
 * from large to small, each at most once; only the last part may have a fraction. No sign.
 *
 * @throws FieldtapeError USAGE when it is none, is not a whole number of nanoseconds, or is longer than 104 days.
 */
export function parseDuration(text: string): Nanos {
  if (text === "0") return nanos(0);
  if (text.length > LENGTH_MAX) throw refused(`a duration of ${text.length} characters`, "is too long");
  let total = 0n;
  let smallest = -1;
  let fraction = "";
  PART.lastIndex = 0;
  for (let end = 0; end < text.length; end = PART.lastIndex) {
    const part = PART.exec(text);
    const digits = part?.[1];
    if (digits === undefined) throw refused(quoted(text), "is no duration");
    const name = part?.[3]?.replace(/[µμ]/, "u");
    const unit = UNITS.findIndex((one) => one[0] === name);
    if (unit <= smallest || fraction !== "") throw refused(quoted(text), "does not go from large units to small ones");
    smallest = unit;
    fraction = part?.[2] ?? "";
    total += exactly(text, digits + fraction, fraction.length, UNITS[unit]?.[1] ?? 1n);
  }
  if (smallest < 0) throw refused(quoted(text), "is no duration");
  if (total > BigInt(Number.MAX_SAFE_INTEGER)) throw refused(quoted(text), "is more than 104 days");
  return nanos(Number(total));
}

/**
 * The shortest exact way to write a span of nanoseconds (negative: with a leading `-`). `parseDuration` reads it back.
 * From a minute up in d, h, m, s; below in one unit with its fraction: `1h1.5s`, `12.5s`, `1.834211ms`, `0s`.
 */
export function formatDuration(span: number): string {
  if (span === 0) return "0s";
  if (span < 0) return `-${formatDuration(-span)}`;
  let rest = BigInt(nanos(span));
  let text = "";
  for (const [name, size] of UNITS) {
    if (size >= 60_000_000_000n) {
      if (rest >= size) text += `${rest / size}${name}`;
      rest %= size;
    } else if (rest >= size || (text !== "" && rest > 0n)) {
      const fraction = (rest % size)
        .toString()
        .padStart(size.toString().length - 1, "0")
        .replace(/0+$/, "");
      return `${text}${rest / size}${fraction === "" || size === 1n ? "" : `.${fraction}`}${name}`;
    }
  }
  return text;
}

function exactly(text: string, digits: string, decimals: number, unit: bigint): bigint {
  const scaled = BigInt(digits) * unit;
  const scale = 10n ** BigInt(decimals);
  if (scaled % scale !== 0n) throw refused(quoted(text), "is not a whole number of nanoseconds");
  return scaled / scale;
}

const quoted = (text: string): string => JSON.stringify(text);

function refused(what: string, why: string): FieldtapeError {
  return new FieldtapeError("USAGE", `${what} ${why}`, { hint: HINT });
}
