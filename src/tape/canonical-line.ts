import { Buffer } from "node:buffer";
import { decodeBase64, decodedLength, type Viewed, viewed } from "../bytes/base64.ts";
import type { Json } from "../bytes/json.ts";
import { nanos } from "../time/nanos.ts";
import { CHANNEL_MAX, jsonProblem } from "./limits.ts";
import type { InputRecord, OutputRecord, RawRecord } from "./record.ts";
import { matches, type Word, word } from "./word.ts";

const RAW = word('{"type":"raw","at":');
const OUTPUT = word('{"type":"output","at":');
const INPUT = word('{"type":"input","at":');
const CHANNEL = word(',"channel":');
const MACHINE = word(',"machine":"');
const VALUE = word(',"value":');
const RX_TEXT = word(',"dir":"rx","text":"');
const TX_TEXT = word(',"dir":"tx","text":"');
const RX_B64 = word(',"dir":"rx","b64":"');
const TX_B64 = word(',"dir":"tx","b64":"');

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSE = 0x7d;
/** Words end at most so far behind their place. */
const WORD_MAX = 24;
/** A number that is not there, not canonical, or too large. */
const NONE = -1;

const TEN_TO: readonly number[] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

/** What follows a backslash → the byte that is meant; 0 leaves the line to `JSON.parse`. */
const ESCAPED = new Uint8Array(256);
ESCAPED[QUOTE] = QUOTE;
ESCAPED[BACKSLASH] = BACKSLASH;
ESCAPED[0x6e] = 0x0a;
ESCAPED[0x72] = 0x0d;
ESCAPED[0x74] = 0x09;

const NOTHING: Viewed = viewed(new Uint8Array(0));
const NO_BYTES = Buffer.alloc(0);
const ZEROED_BELOW = 16 * 1024;

/**
 * Reads the frequent records (`raw`, `output`, `input`) in the canonical layout, a few times faster than `JSON.parse` and a schema.
 * Whatever is not exactly that is left to `parseRecord`; where both can read a line they give the same record.
 *
 * Payloads are copied into a slab for each region, so the region may be reused; a record that is kept keeps its slab.
 */
export class CanonicalLines {
  /** Whole lines of valid UTF-8, the last byte at `end - 1` a newline. */
  private bytes: Buffer = NO_BYTES;
  private view: DataView = NOTHING.view;
  private end = 0;
  private slab: Viewed = NOTHING;
  private slabUsed = 0;
  private cursor = 0;
  private machine = "";
  private machineBytes: Uint8Array = NOTHING.bytes;

  /** Goes on with the lines in `bytes` up to `end`. */
  over(bytes: Buffer, end: number): void {
    this.bytes = bytes;
    this.view = viewed(bytes).view;
    this.end = end;
    this.slab = NOTHING;
    this.slabUsed = 0;
  }

  /** Where the line that was read last ended, after its newline. */
  get next(): number {
    return this.cursor;
  }

  /** The record of the line at `start`; `undefined` leaves it to `parseRecord`. What may follow what is not looked at. */
  read(start: number): RawRecord | OutputRecord | InputRecord | undefined {
    // {"type":"raw / {"type":"output / {"type":"input differ at the tenth byte.
    switch (this.bytes[start + 9]) {
      case 0x72:
        return this.passes(RAW, start) ? this.readRaw() : undefined;
      case 0x6f:
        return this.passes(OUTPUT, start) ? this.readValue("output") : undefined;
      case 0x69:
        return this.passes(INPUT, start) ? this.readValue("input") : undefined;
      default:
        return undefined;
    }
  }

  private readRaw(): RawRecord | undefined {
    const { bytes } = this;
    const at = this.readWhole();
    if (at === NONE || !this.passes(CHANNEL, this.cursor)) return undefined;
    const channel = this.readWhole();
    if (channel === NONE || channel > CHANNEL_MAX) return undefined;
    // ,"dir":"rx","b64":"  the direction is told at its ninth byte, the payload at its fourteenth
    const rx = bytes[this.cursor + 8] === 0x72;
    const text = bytes[this.cursor + 13] === 0x74;
    if (!this.passes(rx ? (text ? RX_TEXT : RX_B64) : text ? TX_TEXT : TX_B64, this.cursor)) return undefined;
    const payload = text ? this.readText() : this.readBase64();
    if (payload === undefined) return undefined;
    return { type: "raw", at: nanos(at), channel, dir: rx ? "rx" : "tx", bytes: payload };
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

  /** Whether the word stands at `start`; then the cursor goes behind it. */
  private passes(expected: Word, start: number): boolean {
    if (start + WORD_MAX > this.end || !matches(this.view, start, expected)) return false;
    this.cursor = start + expected.length;
    return true;
  }

  /** Plain decimal digits, no leading zero, at most 2⁵³−1. */
  private readWhole(): number {
    const { bytes } = this;
    const start = this.cursor;
    // Nine digits at a time: so many are a small integer, whose arithmetic is a few times faster.
    let read = start;
    let high = 0;
    let digit = (bytes[read] ?? 0) - 0x30;
    for (const stop = start + 9; digit >= 0 && digit <= 9 && read < stop; digit = (bytes[read] ?? 0) - 0x30) {
      high = (high * 10 + digit) | 0;
      read++;
    }
    const middle = read;
    let low = 0;
    for (const stop = start + 17; digit >= 0 && digit <= 9 && read < stop; digit = (bytes[read] ?? 0) - 0x30) {
      low = (low * 10 + digit) | 0;
      read++;
    }
    const digits = read - start;
    if (digits === 0 || digits > 16 || (digits > 1 && bytes[start] === 0x30)) return NONE;
    const value = read === middle ? high : high * (TEN_TO[read - middle] ?? 0) + low;
    if (value > Number.MAX_SAFE_INTEGER) return NONE;
    this.cursor = read;
    return value;
  }

  private readBase64(): Uint8Array | undefined {
    const start = this.cursor;
    const slab = this.slabFor(start);
    const stop = decodeBase64(this.view, start, this.end, slab.view, this.slabUsed);
    return this.closes(stop) ? this.payload(decodedLength(this.bytes, start, stop)) : undefined;
  }

  private readText(): Uint8Array | undefined {
    const { bytes, view } = this;
    const slab = this.slabFor(this.cursor);
    const stop = this.end - 3;
    let read = this.cursor;
    let write = this.slabUsed;
    for (;;) {
      // Four plain characters at a time, while there are four.
      while (read < stop) {
        const four = view.getInt32(read, true);
        if (holdsSpecial(four)) break;
        slab.view.setInt32(write, four, true);
        read += 4;
        write += 4;
      }
      let byte = bytes[read] ?? 0;
      if (byte === QUOTE) break;
      // A newline too: the region ends with one, so the loop does.
      if (byte < 0x20) return undefined;
      if (byte === BACKSLASH) {
        read++;
        byte = ESCAPED[bytes[read] ?? 0] ?? 0;
        if (byte === 0) return undefined;
      }
      slab.bytes[write] = byte;
      read++;
      write++;
    }
    return this.closes(read) ? this.payload(write - this.slabUsed) : undefined;
  }

  /** The next `length` bytes of the slab. */
  private payload(length: number): Uint8Array {
    const start = this.slabUsed;
    this.slabUsed = start + length;
    return new Uint8Array(this.slab.bytes.buffer, start, length);
  }

  /** Whether the line ends here: `"}` and a newline; then the cursor goes behind them. */
  private closes(at: number): boolean {
    const { bytes } = this;
    if (bytes[at] !== QUOTE || bytes[at + 1] !== CLOSE || bytes[at + 2] !== NEWLINE) return false;
    this.cursor = at + 3;
    return true;
  }

  /** A payload is never longer than its spelling, so what is left of the region is room enough. */
  private slabFor(start: number): Viewed {
    const room = this.end - start + 4;
    if (this.slab.bytes.length - this.slabUsed < room) {
      // Only what is written is ever shown, so a large one is not zeroed; asking for a small one that is not would cost more.
      this.slab = viewed(room < ZEROED_BELOW ? new Uint8Array(room) : Buffer.allocUnsafeSlow(room));
      this.slabUsed = 0;
    }
    return this.slab;
  }

  /** The text up to the next quote. Neighbouring records mostly name the same machine: then its string is reused. */
  private readMachine(): string | undefined {
    const { bytes, machineBytes } = this;
    const start = this.cursor;
    let read = start;
    while (read - start < machineBytes.length && bytes[read] === machineBytes[read - start]) read++;
    if (read > start && read - start === machineBytes.length) {
      this.cursor = read;
      return this.machine;
    }
    for (let byte = bytes[read] ?? 0; byte !== QUOTE; byte = bytes[read] ?? 0) {
      if (byte < 0x20 || byte === BACKSLASH) return undefined;
      read++;
    }
    this.cursor = read + 1;
    this.machine = bytes.toString("utf8", start, read);
    this.machineBytes = new Uint8Array(bytes.subarray(start, read + 1));
    return this.machine;
  }
}

/** Whether one of four bytes is a quote, a backslash or a control character below U+0020 (the classic test for a zero byte). */
function holdsSpecial(four: number): boolean {
  const quote = four ^ 0x22222222;
  const backslash = four ^ 0x5c5c5c5c;
  const found =
    ((four - 0x20202020) & ~four) | ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash);
  return (found & 0x80808080) !== 0;
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
