import { Buffer } from "node:buffer";
import { decodeBase64, decodedLength } from "../bytes/base64.ts";
import type { Json } from "../bytes/json.ts";
import { nanos } from "../time/nanos.ts";
import { CHANNEL_MAX, jsonProblem } from "./limits.ts";
import type { InputRecord, OutputRecord, RawRecord } from "./record.ts";

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const RAW = ascii('{"type":"raw","at":');
const OUTPUT = ascii('{"type":"output","at":');
const INPUT = ascii('{"type":"input","at":');
const CHANNEL = ascii(',"channel":');
const DIR = ascii(',"dir":"');
const RX = ascii('rx","');
const TX = ascii('tx","');
const B64 = ascii('b64":"');
const TEXT = ascii('text":"');
const MACHINE = ascii(',"machine":"');
const VALUE = ascii(',"value":');

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSE = 0x7d;
/** `-1`: a number that is not there, not canonical, or too large. */
const NONE = -1;

/** What follows a backslash → the byte that is meant; 0 leaves the line to `JSON.parse`. */
const ESCAPED = new Uint8Array(256);
ESCAPED[QUOTE] = QUOTE;
ESCAPED[BACKSLASH] = BACKSLASH;
ESCAPED[0x6e] = 0x0a;
ESCAPED[0x72] = 0x0d;
ESCAPED[0x74] = 0x09;

/**
 * Reads the frequent records (`raw`, `output`, `input`) in the canonical layout, a few times faster than `JSON.parse` and a schema.
 * Whatever is not exactly that is left to `parseRecord`; where both can read a line they give the same record.
 *
 * Payloads are copied into a slab for each region, so the region may be reused; a record that is kept keeps its slab.
 */
export class CanonicalLines {
  /** Whole lines, the last byte a newline, valid UTF-8. */
  private bytes: Buffer = Buffer.alloc(0);
  private end = 0;
  private slab: Uint8Array = new Uint8Array(0);
  private slabUsed = 0;
  private cursor = 0;
  private machine = "";
  private machineBytes: Uint8Array = new Uint8Array(0);

  /** Goes on with the lines `bytes[start, end)`. */
  over(bytes: Buffer, end: number): void {
    this.bytes = bytes;
    this.end = end;
    this.slab = new Uint8Array(0);
    this.slabUsed = 0;
  }

  /** Where the line that was read last ended, after its newline. */
  get next(): number {
    return this.cursor;
  }

  /** The record of the line at `start`; `undefined` leaves it to `parseRecord`. `at` is not yet compared with the record before. */
  read(start: number): RawRecord | OutputRecord | InputRecord | undefined {
    // {"type":"raw / {"type":"output / {"type":"input differ at the tenth byte.
    switch (this.bytes[start + 9]) {
      case 0x72:
        return this.readRaw(start);
      case 0x6f:
        return this.passes(OUTPUT, start) ? this.readValue("output") : undefined;
      case 0x69:
        return this.passes(INPUT, start) ? this.readValue("input") : undefined;
      default:
        return undefined;
    }
  }

  private readRaw(start: number): RawRecord | undefined {
    if (!this.passes(RAW, start)) return undefined;
    const at = this.readWhole();
    if (at === NONE || !this.passes(CHANNEL, this.cursor)) return undefined;
    const channel = this.readWhole();
    if (channel === NONE || channel > CHANNEL_MAX || !this.passes(DIR, this.cursor)) return undefined;
    const rx = this.passes(RX, this.cursor);
    if (!rx && !this.passes(TX, this.cursor)) return undefined;
    const bytes = this.passes(B64, this.cursor)
      ? this.readBase64()
      : this.passes(TEXT, this.cursor)
        ? this.readText()
        : undefined;
    if (bytes === undefined) return undefined;
    return { type: "raw", at: nanos(at), channel, dir: rx ? "rx" : "tx", bytes };
  }

  private readValue(type: "output" | "input"): OutputRecord | InputRecord | undefined {
    const { bytes } = this;
    const at = this.readWhole();
    if (at === NONE || !this.passes(MACHINE, this.cursor)) return undefined;
    const machine = this.readMachine();
    if (machine === undefined) return undefined;
    const channel = this.passes(CHANNEL, this.cursor) ? this.readWhole() : undefined;
    if (channel === NONE || (channel ?? 0) > CHANNEL_MAX || !this.passes(VALUE, this.cursor)) return undefined;
    const start = this.cursor;
    const lineEnd = bytes.indexOf(NEWLINE, start);
    if (bytes[lineEnd - 1] !== CLOSE) return undefined;
    const value = parsedValue(bytes.toString("utf8", start, lineEnd - 1));
    if (value === undefined) return undefined;
    this.cursor = lineEnd + 1;
    return channel === undefined
      ? { type, at: nanos(at), machine, value }
      : { type, at: nanos(at), machine, channel, value };
  }

  /** Whether `word` stands at `start`; then the cursor goes behind it. */
  private passes(word: Uint8Array, start: number): boolean {
    const { bytes } = this;
    for (let index = 0; index < word.length; index++) {
      if (bytes[start + index] !== word[index]) return false;
    }
    this.cursor = start + word.length;
    return true;
  }

  /** Plain decimal digits, no leading zero, at most 2⁵³−1. */
  private readWhole(): number {
    const { bytes } = this;
    const start = this.cursor;
    let read = start;
    let value = 0;
    let digit = (bytes[read] ?? 0) - 0x30;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      read++;
      digit = (bytes[read] ?? 0) - 0x30;
    }
    const digits = read - start;
    if (digits === 0 || digits > 16 || value > Number.MAX_SAFE_INTEGER) return NONE;
    if (digits > 1 && bytes[start] === 0x30) return NONE;
    this.cursor = read;
    return value;
  }

  private readBase64(): Uint8Array | undefined {
    const { bytes } = this;
    const start = this.cursor;
    const slab = this.slabFor(start);
    const into = this.slabUsed;
    const stop = decodeBase64(bytes, start, this.end, slab, into);
    if (!this.closes(stop)) return undefined;
    const length = decodedLength(bytes, start, stop);
    this.slabUsed = into + length;
    return new Uint8Array(slab.buffer, into, length);
  }

  private readText(): Uint8Array | undefined {
    const { bytes } = this;
    const slab = this.slabFor(this.cursor);
    const into = this.slabUsed;
    let read = this.cursor;
    let write = into;
    let byte = bytes[read] ?? 0;
    while (byte !== QUOTE) {
      // A newline too: the region ends with one, so the loop does.
      if (byte < 0x20) return undefined;
      if (byte === BACKSLASH) {
        read++;
        byte = ESCAPED[bytes[read] ?? 0] ?? 0;
        if (byte === 0) return undefined;
      }
      slab[write] = byte;
      write++;
      read++;
      byte = bytes[read] ?? 0;
    }
    if (!this.closes(read)) return undefined;
    this.slabUsed = write;
    return new Uint8Array(slab.buffer, into, write - into);
  }

  /** Whether the line ends here: `"}` and a newline; then the cursor goes behind them. */
  private closes(at: number): boolean {
    const { bytes } = this;
    if (bytes[at] !== QUOTE || bytes[at + 1] !== CLOSE || bytes[at + 2] !== NEWLINE) return false;
    this.cursor = at + 3;
    return true;
  }

  /** A payload is never longer than its spelling, so what is left of the region is room enough. */
  private slabFor(start: number): Uint8Array {
    const room = this.end - start;
    if (this.slab.length - this.slabUsed < room) {
      this.slab = new Uint8Array(new ArrayBuffer(room));
      this.slabUsed = 0;
    }
    return this.slab;
  }

  /** The text up to the next quote. Neighbouring records mostly name the same machine: then its string is reused. */
  private readMachine(): string | undefined {
    const { bytes, machineBytes } = this;
    const start = this.cursor;
    if (machineBytes.length > 0 && this.passes(machineBytes, start)) return this.machine;
    let read = start;
    let byte = bytes[read] ?? 0;
    while (byte !== QUOTE) {
      if (byte < 0x20 || byte === BACKSLASH) return undefined;
      read++;
      byte = bytes[read] ?? 0;
    }
    this.cursor = read + 1;
    this.machine = bytes.toString("utf8", start, read);
    this.machineBytes = new Uint8Array(bytes.subarray(start, read + 1));
    return this.machine;
  }
}

/** `undefined` where it is no single JSON value, or not one that a tape may hold: `parseRecord` says what is wrong. */
function parsedValue(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return jsonProblem(value) === undefined ? value : undefined;
  } catch {
    return undefined;
  }
}
