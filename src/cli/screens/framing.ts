import type { Dir } from "../../bytes/channel.ts";
import type { Json, JsonObject } from "../../bytes/json.ts";
import type { OutputRecord, TapeRecord } from "../../tape/record.ts";

/** Where on its wire something decoded stood. */
export interface Framing {
  readonly channel: number;
  readonly dir: Dir;
  readonly offset: number;
  readonly length: number;
  readonly fault: boolean;
}

/** `undefined`: this says nothing about bytes. */
export function framingOf(record: TapeRecord): Framing | undefined {
  if (record.type !== "output" || record.channel === undefined || !isObject(record.value)) return undefined;
  const { dir, span, type } = record.value;
  if ((dir !== "rx" && dir !== "tx") || !Array.isArray(span)) return undefined;
  const [offset, length]: Json[] = span;
  if (typeof offset !== "number" || typeof length !== "number") return undefined;
  return { channel: record.channel, dir, offset, length, fault: type === "fault" };
}

/** What an output says about the traffic, in one line: `fault bad-crc`, `function=3 address=0`. */
export function outputText({ machine, value }: OutputRecord): string {
  if (!isObject(value)) return `${machine} ${valueText(value)}`;
  const { type, dir: _, span: __, sentence, fault, state, ...members } = value;
  const leading = [fault, state].filter((one) => one !== undefined).map(valueText);
  const kind = type === "frame" || typeof type !== "string" ? [] : [type];
  // A sentence says everything itself.
  if (typeof sentence === "string") return [...kind, sentence].join(" ");
  return [...kind, ...leading, ...membersText(members)].join(" ");
}

export function membersText(members: JsonObject): string[] {
  return Object.entries(members).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${valueText(value)}`],
  );
}

export function valueText(value: Json): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return /^[\x21-\x7e]+$/.test(value) ? value : JSON.stringify(value);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
