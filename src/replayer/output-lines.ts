import { Buffer } from "node:buffer";
import type { Json, JsonObject } from "../bytes/json.ts";
import { LINE_MAX, NESTING_MAX } from "../tape/limits.ts";
import { formatRecord } from "../tape/line.ts";
import type { OutputRecord, TapeRecord } from "../tape/record.ts";

const BUFFER_BYTES = 128 * 1024;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const NEWLINE = 0x0a;
const ZERO_DIGIT = 0x30;
/** Digits of two numbers of this size make any `at`. */
const HALF = 1e8;

/** Brackets, commas and the line end that may follow without asking for room: all levels closed at once, and opened. */
const ROOM = 4 * NESTING_MAX;
/** Something that is written the common way. */
const UNUSUAL = -1;

/** By code unit: 1 for ASCII that stands in a JSON string as it is. */
const PLAIN = new Uint8Array(0x1_0000);
PLAIN.fill(1, 0x20, 0x7f);
PLAIN[QUOTE] = 0;
PLAIN[0x5c] = 0;

const BEGIN = Buffer.from('{"type":"output","at":', "latin1");
const TRUE = Buffer.from("true", "latin1");
const FALSE = Buffer.from("false", "latin1");
const NULL = Buffer.from("null", "latin1");

/**
 * Writes what a subject says as canonical lines into a buffer: what `formatRecord` gives and a `\n`. For outputs, which come
 * a million a second, it writes bytes without making a string of them first, several times faster; what is out of the
 * ordinary (text beyond ASCII, numbers beyond JSON) goes the common way.
 */
export class OutputLines {
  #bytes = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #length = 0;
  #machine: string | undefined;
  #channel: number | undefined;
  #middle: Uint8Array = new Uint8Array();

  get length(): number {
    return this.#length;
  }

  /** @throws FieldtapeError LIMIT_EXCEEDED for what no line can hold; nothing is then written */
  append(record: TapeRecord): void {
    const start = this.#length;
    const end = record.type === "output" ? this.#output(record, start) : UNUSUAL;
    if (end === UNUSUAL || end - start > LINE_MAX) this.#length = this.#text(`${formatRecord(record)}\n`, start);
    else this.#length = end;
  }

  /** Hands out what was written and goes on with an empty buffer. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    this.#length = 0;
    return taken;
  }

  #output({ at, machine, channel, value }: OutputRecord, start: number): number {
    if (machine !== this.#machine || channel !== this.#channel) {
      const named = channel === undefined ? "" : `,"channel":${channel}`;
      this.#middle = Buffer.from(`,"machine":${JSON.stringify(machine)}${named},"value":`, "utf8");
      this.#machine = machine;
      this.#channel = channel;
    }
    const end = this.#value(value, this.#word(this.#middle, this.#number(at, this.#word(BEGIN, start))), NESTING_MAX);
    if (end === UNUSUAL) return UNUSUAL;
    this.#bytes[end] = CLOSE;
    this.#bytes[end + 1] = NEWLINE;
    return end + 2;
  }

  // Each of these writes at `to` and answers where it ended, or UNUSUAL. Each leaves ROOM for punctuation behind it.

  #value(value: Json, to: number, levels: number): number {
    switch (typeof value) {
      case "string":
        return this.#string(value, to);
      case "number":
        return this.#number(value, to);
      case "boolean":
        return this.#word(value ? TRUE : FALSE, to);
      case "object":
        if (value === null) return this.#word(NULL, to);
        if (levels === 0) return UNUSUAL;
        return isList(value) ? this.#list(value, to, levels - 1) : this.#members(value, to, levels - 1);
      default:
        return UNUSUAL;
    }
  }

  #list(list: readonly Json[], to: number, levels: number): number {
    let end = to;
    this.#reserve(to)[end++] = 0x5b;
    for (let index = 0; index < list.length; index += 1) {
      const item = list[index];
      if (index > 0) this.#bytes[end++] = COMMA;
      if (item === undefined) return UNUSUAL;
      end = this.#value(item, end, levels);
      if (end === UNUSUAL) return UNUSUAL;
    }
    this.#bytes[end++] = 0x5d;
    return end;
  }

  #members(object: JsonObject, to: number, levels: number): number {
    let end = to;
    this.#reserve(to)[end++] = OPEN;
    for (const key in object) {
      const value = object[key];
      if (value === undefined) continue;
      if (this.#bytes[end - 1] !== OPEN) this.#bytes[end++] = COMMA;
      end = this.#string(key, end);
      if (end === UNUSUAL) return UNUSUAL;
      this.#bytes[end++] = COLON;
      end = this.#value(value, end, levels);
      if (end === UNUSUAL) return UNUSUAL;
    }
    this.#bytes[end++] = CLOSE;
    return end;
  }

  #string(text: string, to: number): number {
    const { length } = text;
    const bytes = this.#reserve(to + length + 2);
    bytes[to] = QUOTE;
    let end = to + 1;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (PLAIN[code] !== 1) return this.#text(JSON.stringify(text), to);
      bytes[end++] = code;
    }
    bytes[end] = QUOTE;
    return end + 1;
  }

  #number(value: number, to: number): number {
    if (!Number.isSafeInteger(value) || value < 0)
      return Number.isFinite(value) ? this.#text(JSON.stringify(value), to) : UNUSUAL;
    const bytes = this.#reserve(to + 20);
    if (value < HALF) return writeDigits(bytes, value, to, digitsOf(value));
    const high = Math.floor(value / HALF);
    return writeDigits(bytes, value - high * HALF, writeDigits(bytes, high, to, digitsOf(high)), 8);
  }

  #text(text: string, to: number): number {
    const bytes = this.#reserve(to + text.length * 3);
    return to + bytes.write(text, to, "utf8");
  }

  #word(word: Uint8Array, to: number): number {
    const bytes = this.#reserve(to + word.length);
    for (let index = 0; index < word.length; index += 1) bytes[to + index] = word[index] ?? 0;
    return to + word.length;
  }

  #reserve(end: number): Buffer {
    if (end + ROOM > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end + ROOM, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}

/** The value is below 2³⁰. Answers where it ended. */
function writeDigits(bytes: Buffer, value: number, to: number, digits: number): number {
  let left = value | 0;
  for (let place = to + digits - 1; place >= to; place -= 1) {
    const rest = (left / 10) | 0;
    bytes[place] = ZERO_DIGIT + left - rest * 10;
    left = rest;
  }
  return to + digits;
}

function digitsOf(value: number): number {
  if (value < 1e4) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  if (value < 1e6) return value < 1e5 ? 5 : 6;
  return value < 1e7 ? 7 : value < 1e8 ? 8 : 9;
}

/** `Array.isArray` narrows a readonly list to `any[]`; this keeps its type. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
