import { assert } from "../errors.ts";

const NANOS = 1_000_000_000n;
const DAY_SECONDS = 86_400n;
const SHAPE =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?([Zz]|([+-])([0-9]{2}):([0-9]{2}))$/;

/** 0000-01-01T00:00:00Z and the nanosecond after 9999-12-31: what four digits of year can say. */
const FIRST = daysFromCivil(0, 1, 1) * DAY_SECONDS * NANOS;
const AFTER_LAST = daysFromCivil(10_000, 1, 1) * DAY_SECONDS * NANOS;

/**
 * Nanoseconds since 1970-01-01T00:00:00Z of a date in ISO 8601 as RFC 3339 §5.6 narrows it: `2026-11-20T12:00:00.123Z`,
 * `2026-11-20T20:00+08:00`. Exact: 0 to 9 fraction digits. A zone is a must, since nothing here knows a local one.
 * `undefined` if it is anything else, is no date of the calendar (30 February, 24:00, a 61st second), or leaves the years 0–9999.
 */
export function parseIso(text: string): bigint | undefined {
  const parts = SHAPE.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((part) => Number(parts[part] ?? 0));
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const ahead = zoneMinutes(parts[9], Number(parts[10] ?? 0), Number(parts[11] ?? 0));
  if (ahead === undefined) return undefined;
  const seconds = daysFromCivil(year, month, day) * DAY_SECONDS + BigInt((hour * 60 + minute - ahead) * 60 + second);
  const wall = seconds * NANOS + BigInt((parts[7] ?? "").padEnd(9, "0"));
  return withinIso(wall) ? wall : undefined;
}

/** Whether four digits of year can say when that was. */
export function withinIso(wall: bigint): boolean {
  return wall >= FIRST && wall < AFTER_LAST;
}

/**
 * The date as ISO 8601 in UTC with `digits` (0 to 9) digits of fraction, cut off, not rounded, so that a shorter form never
 * lies after the moment that it names.
 */
export function formatIso(wall: bigint, digits = 9): string {
  assert(withinIso(wall), `${wall} ns is outside the years 0 to 9999`);
  const seconds = floorDivide(wall, NANOS);
  const days = floorDivide(seconds, DAY_SECONDS);
  const clock = Number(seconds - days * DAY_SECONDS);
  const [year, month, day] = civilFromDays(days);
  const date = `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
  const time = `${padded(Math.floor(clock / 3600), 2)}:${padded(Math.floor(clock / 60) % 60, 2)}:${padded(clock % 60, 2)}`;
  const fraction = padded(Number(wall - seconds * NANOS), 9).slice(0, digits);
  return `${date}T${time}${fraction === "" ? "" : `.${fraction}`}Z`;
}

const padded = (value: number, width: number): string => value.toString().padStart(width, "0");

/** Minutes by which the written zone is ahead of UTC. `Z` has no sign. */
function zoneMinutes(sign: string | undefined, hours: number, minutes: number): number | undefined {
  if (sign === undefined) return 0;
  if (hours > 23 || minutes > 59) return undefined;
  return (sign === "-" ? -1 : 1) * (hours * 60 + minutes);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// Days of the proleptic Gregorian calendar from and to 1970-01-01, after H. Hinnant, "chrono-Compatible Low-Level Date
// Algorithms": years are counted from 1 March, so that the leap day is the last of its year, in eras of 400 years.

function daysFromCivil(year: number, month: number, day: number): bigint {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return BigInt(era * 146_097 + dayOfEra - 719_468);
}

function civilFromDays(days: bigint): readonly [year: number, month: number, day: number] {
  const shifted = Number(days) + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leaps = Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value < 0n && quotient * by !== value ? quotient - 1n : quotient;
}
