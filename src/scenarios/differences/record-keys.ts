import type { Json, JsonObject } from "../../bytes/json.ts";
import type { Span } from "../../machine/machine.ts";
import type { Said } from "../../replayer/divergence.ts";
import type { Placed } from "../../replayer/placed.ts";
import { formatRecord } from "../../tape/line.ts";
import { speakerOf } from "./difference.ts";

/** What of a record is looked at to find the one that stands for it. */
export type Level = "content" | "place" | "moment" | "kind";

type Records = readonly Placed<Said>[];

/** Equal numbers for records that are alike at a level; computed when first asked for, and only where asked. */
export class RecordKeys {
  readonly expected: Int32Array;
  readonly actual: Int32Array;
  readonly #level: Level;
  readonly #numbers = new Map<string, number>();
  readonly #records: { readonly expected: Records; readonly actual: Records };

  constructor(level: Level, expected: Records, actual: Records) {
    this.#level = level;
    this.#records = { expected, actual };
    this.expected = new Int32Array(expected.length);
    this.actual = new Int32Array(actual.length);
  }

  fill(from: { expectedFrom: number; expectedTo: number; actualFrom: number; actualTo: number }): void {
    for (let at = from.expectedFrom; at < from.expectedTo; at += 1) {
      this.expected[at] ||= this.#number(this.#records.expected[at]);
    }
    for (let at = from.actualFrom; at < from.actualTo; at += 1) {
      this.actual[at] ||= this.#number(this.#records.actual[at]);
    }
  }

  /** From 1: 0 stands for "not asked yet". */
  #number(placed: Placed<Said> | undefined): number {
    const key = placed === undefined ? "" : keyOf(this.#level, placed.record);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const next = this.#numbers.size + 1;
    this.#numbers.set(key, next);
    return next;
  }
}

function keyOf(level: Level, record: Said): string {
  const { stream, type } = speakerOf(record);
  const channel = record.channel ?? "";
  switch (level) {
    case "content":
      return `${stream} ${channel} ${contentOf(record)}`;
    case "place":
      return `${stream} ${channel} ${type} ${placeOf(record)}`;
    case "moment":
      return `${stream} ${channel} ${placeOf(record)}`;
    case "kind":
      return `${stream} ${type}`;
  }
}

/** What is said, wherever in the tape. */
function contentOf(record: Said): string {
  if (record.type === "raw") return formatRecord(record).replace(/"at":\d+,/, "");
  const span = spanOf(record.value);
  if (span === undefined) return JSON.stringify(record.value);
  return JSON.stringify(Object.assign({}, record.value, { span: [0, span[1]] }));
}

/** Where in the tape, whatever is said: replays of the same tape say what they say at the same moments. */
function placeOf(record: Said): string {
  if (record.type === "raw") return `${record.at}`;
  const dir = isObject(record.value) ? record.value["dir"] : undefined;
  return `${record.at} ${typeof dir === "string" ? dir : ""} ${spanOf(record.value)?.[0] ?? ""}`;
}

/** The bytes that a decoded value was made of, if it says so. */
export function spanOf(value: Json): Span | undefined {
  const span: unknown = isObject(value) ? value["span"] : undefined;
  if (!Array.isArray(span) || span.length !== 2) return undefined;
  const [offset, length]: unknown[] = span;
  return typeof offset === "number" && typeof length === "number" ? [offset, length] : undefined;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
