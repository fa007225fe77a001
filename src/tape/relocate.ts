import type { Json } from "../bytes/json.ts";
import type { Nanos } from "../time/nanos.ts";
import type { TapeRecord, UnknownRecord } from "./record.ts";

/** The record at another time. A header has none; a record of unknown type is rewritten only where its line says another `at`. */
export function withAt(record: TapeRecord, at: Nanos): TapeRecord {
  if (record.type === "header" || record.at === at) return record;
  if (record.type === "unknown") return { ...record, at, json: withMember(record, "at", at) };
  return { ...record, at };
}

/** The record on another channel; one without a channel stays as it is. */
export function withChannel(record: TapeRecord, channel: number): TapeRecord {
  if (record.type === "unknown") return { ...record, json: withMember(record, "channel", channel) };
  if (!("channel" in record) || record.channel === undefined || record.channel === channel) return record;
  return { ...record, channel };
}

/** The channel that a record belongs to, if it names one. */
export function channelOf(record: TapeRecord): number | undefined {
  if (record.type === "unknown") {
    const channel = memberOf(record, "channel");
    return Number.isSafeInteger(channel) ? channel : undefined;
  }
  return "channel" in record ? record.channel : undefined;
}

/** The canonical places of both, so that the rest of the line stays byte for byte. */
const PLACES = {
  at: /^(\{"type":"(?:[^"\\]|\\.)*","at":)[0-9]+(?=[,}])/,
  channel: /^(\{"type":"(?:[^"\\]|\\.)*","at":[0-9]+,"channel":)[0-9]+(?=[,}])/,
} as const;

/** Replaces a number that the line has; a line without it, or with anything else there, stays byte for byte. */
function withMember(record: UnknownRecord, name: "at" | "channel", value: number): string {
  const current = memberOf(record, name);
  if (current === undefined || current === value) return record.json;
  const replaced = record.json.replace(PLACES[name], `$1${value}`);
  if (replaced !== record.json) return replaced;
  const object: Json = JSON.parse(record.json);
  return JSON.stringify({ ...Object(object), [name]: value });
}

function memberOf(record: UnknownRecord, name: string): number | undefined {
  // Most lines of unknown type have neither; parsing them only to find that out would be a waste.
  if (!record.json.includes(`"${name}"`)) return undefined;
  const object: Json = JSON.parse(record.json);
  if (typeof object !== "object" || object === null || !Object.hasOwn(object, name)) return undefined;
  const value: unknown = Reflect.get(object, name);
  return typeof value === "number" ? value : undefined;
}
