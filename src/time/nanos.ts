/**
 * Whole nanoseconds since a tape began (or since a clock started): an integer, safe for 104 days.
 * Time is a value: nothing in fieldtape reads ambient time.
 */
export type Nanos = number & { readonly unit: "nanos" };

export const NANOS_PER_MICRO = 1_000;
export const NANOS_PER_MILLI = 1_000_000;
export const NANOS_PER_SECOND = 1_000_000_000;

/** The brand's only constructor. */
export function nanos(value: number): Nanos {
  // Not `assert`: its message would be made on every call, millions of times a second.
  if (!Number.isSafeInteger(value)) throw new Error(`bug in fieldtape: ${value} is not a whole number of nanoseconds`);
  return value as Nanos;
}

export const ZERO: Nanos = nanos(0);

export const millis = (count: number): Nanos => nanos(Math.round(count * NANOS_PER_MILLI));
export const seconds = (count: number): Nanos => nanos(Math.round(count * NANOS_PER_SECOND));

/** `at` moved by `span` (which may be negative). */
export function plus(at: Nanos, span: number): Nanos {
  return nanos(at + span);
}

export function earlier(a: Nanos | undefined, b: Nanos | undefined): Nanos | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return a <= b ? a : b;
}

export function later(a: Nanos, b: Nanos): Nanos {
  return a >= b ? a : b;
}
