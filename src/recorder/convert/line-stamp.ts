import { parseDecimalSeconds } from "../../tape/decimal-seconds.ts";
import { parseIso } from "../../time/iso.ts";
import type { RecordSink } from "./record-sink.ts";

/** Seconds below this count from the beginning of the recording, from it on since 1970 (it is a day in 1973). */
const EPOCH_FROM = 100_000_000n * 1_000_000_000n;
const DATE = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?(?: ?([Zz]|[+-]\d\d:?\d\d))?$/;

/** The forms that a stamp can have, as part of a longer expression. */
export const STAMP = String.raw`(?:\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:[Zz]|[+-]\d\d:?\d\d))?|\d+(?:\.\d+)?)`;

/**
 * Moves `at` to a stamp in a text: ISO 8601, seconds since 1970, or seconds since the recording began; below the nanosecond it
 * is cut off. `false` if it is none, or if it is a date where the ones before were relative (or the other way round).
 */
export function moveToStamp(records: RecordSink, text: string, zone: string | undefined): boolean {
  const wall = dateOf(records, text, zone);
  const seconds = wall === undefined ? parseDecimalSeconds(text) : undefined;
  const dated = wall ?? (seconds !== undefined && seconds >= EPOCH_FROM ? seconds : undefined);
  if (dated !== undefined) {
    if (records.started === undefined && records.at > 0) return false;
    records.moveTo(records.since(dated));
    return true;
  }
  if (seconds === undefined || records.started !== undefined) return false;
  records.moveTo(Number(seconds));
  return true;
}

function dateOf(records: RecordSink, text: string, zone: string | undefined): bigint | undefined {
  const parts = DATE.exec(text);
  if (parts === null) return undefined;
  const [, day, time, fraction = "0", written] = parts;
  if (written === undefined && zone === undefined) records.oddities.note("zoneless");
  const offset = (written ?? zone ?? "Z").replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");
  const seconds = time?.length === 5 ? `${time}:00` : time;
  return parseIso(`${day}T${seconds}.${fraction.slice(0, 9)}${offset}`);
}
