import { Buffer } from "node:buffer";
import { encodeBase64, viewed } from "../bytes/base64.ts";
import { isText } from "../bytes/utf8.ts";
import { type Nanos, plus } from "../time/nanos.ts";
import { LINE_MAX } from "./limits.ts";
import { formatRecord, lineTooLong } from "./line.ts";
import type { RawRecord, TapeRecord } from "./record.ts";
import { word, writeWord } from "./word.ts";

const RAW = word('{"type":"raw","at":');
const CHANNEL = word(',"channel":');
const RX_TEXT = word(',"dir":"rx","text":"');
const TX_TEXT = word(',"dir":"tx","text":"');
const RX_B64 = word(',"dir":"rx","b64":"');
const TX_B64 = word(',"dir":"tx","b64":"');

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
/** `"}` and a newline. */
const CLOSING = 0x0a7d22;
const NO_TEXT = -1;

/** How a byte stands in a JSON string: as it is; 1: never text; 2: only as part of a longer character; else behind a backslash. */
const SPELLING = new Uint8Array(256);
SPELLING.fill(1, 0, 0x20);
SPELLING[0x7f] = 1;
SPELLING.fill(2, 0x80);
SPELLING[QUOTE] = QUOTE;
SPELLING[BACKSLASH] = BACKSLASH;
SPELLING[0x0a] = 0x6e;
SPELLING[0x0d] = 0x72;
SPELLING[0x09] = 0x74;

/** Members of a raw line around its payload, at their longest. */
const RAW_AROUND = 96;
const BUFFER_BYTES = 96 * 1024;
const SPARE_MAX = 8;

/** Writes canonical lines into a buffer: what `formatRecord` gives and a `\n`, a few times faster for raw records. */
export class LineEncoder {
  /** What was written is `bytes[0, length)`. */
  bytes: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  length = 0;
  private view: DataView = viewed(this.bytes).view;
  private readonly spare: Buffer[] = [];

  /**
   * The record's line; its `at` is counted from `origin` (0, but in a later segment).
   * @throws FieldtapeError LIMIT_EXCEEDED for a line longer than 1 MiB or a value nested too deep; nothing is then written.
   */
  append(record: TapeRecord, origin: number): void {
    if (record.type === "raw") this.appendRaw(record, origin);
    else this.appendLine(formatRecord(movedBy(record, origin)));
  }

  appendLine(line: string): void {
    this.reserve(line.length * 3 + 1);
    const end = this.length + this.bytes.write(line, this.length, "utf8");
    this.bytes[end] = NEWLINE;
    this.length = end + 1;
  }

  /** Hands out what was written and goes on with an empty buffer. `reuse` takes the bytes back when they are done with. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length);
    this.goOnIn(this.spare.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES));
    this.length = 0;
    return taken;
  }

  reuse(taken: Buffer): void {
    if (taken.buffer.byteLength !== BUFFER_BYTES || this.spare.length === SPARE_MAX) return;
    this.spare.push(Buffer.from(taken.buffer, 0, BUFFER_BYTES));
  }

  private appendRaw({ at, channel, dir, bytes }: RawRecord, origin: number): void {
    const start = this.length;
    this.reserve(bytes.length * 2 + RAW_AROUND);
    const { view } = this;
    let to = this.writeWhole(at - origin, writeWord(view, start, RAW));
    to = this.writeWhole(channel, writeWord(view, to, CHANNEL));
    let end = this.writeText(bytes, writeWord(view, to, dir === "rx" ? RX_TEXT : TX_TEXT));
    if (end === NO_TEXT) {
      end = encodeBase64(bytes, 0, bytes.length, view, writeWord(view, to, dir === "rx" ? RX_B64 : TX_B64));
    }
    // "} and the newline, and a byte that the next line overwrites.
    view.setInt32(end, CLOSING, true);
    if (end + 3 - start > LINE_MAX) throw lineTooLong("raw");
    this.length = end + 3;
  }

  /** The bytes as a JSON string, if they are text; returns where it ended. */
  private writeText(from: Uint8Array, to: number): number {
    const { bytes: into, view } = this;
    const { length } = from;
    let write = to;
    let checked = false;
    for (let read = 0; read < length; read++) {
      // Most bytes stand as they are: four at once take half of the time.
      while (read + 4 <= length) {
        const a = from[read] ?? 0;
        const b = from[read + 1] ?? 0;
        const c = from[read + 2] ?? 0;
        const d = from[read + 3] ?? 0;
        if (((SPELLING[a] ?? 0) | (SPELLING[b] ?? 0) | (SPELLING[c] ?? 0) | (SPELLING[d] ?? 0)) !== 0) break;
        view.setInt32(write, a | (b << 8) | (c << 16) | (d << 24), true);
        read += 4;
        write += 4;
      }
      if (read === length) break;
      const byte = from[read] ?? 0;
      const spelling = SPELLING[byte] ?? 0;
      if (spelling > 2) {
        into[write] = BACKSLASH;
        into[write + 1] = spelling;
        write += 2;
      } else {
        if (spelling === 1) return NO_TEXT;
        if (spelling === 2 && !checked) {
          if (!isText(from, read, from.length)) return NO_TEXT;
          checked = true;
        }
        into[write] = byte;
        write++;
      }
    }
    return write;
  }

  /** Decimal digits of a whole number up to 2⁵³−1. In two parts, so that the divisions are those of small integers. */
  private writeWhole(value: number, to: number): number {
    if (value < 100_000_000) return this.writeDigits(value, digitsOf(value), to);
    const high = Math.floor(value / 100_000_000);
    const middle = this.writeDigits(high, digitsOf(high), to);
    return this.writeDigits(value - high * 100_000_000, 8, middle);
  }

  private writeDigits(value: number, digits: number, to: number): number {
    const { bytes } = this;
    let left = value | 0;
    for (let place = to + digits - 1; place >= to; place--) {
      const rest = (left / 10) | 0;
      bytes[place] = 0x30 + left - rest * 10;
      left = rest;
    }
    return to + digits;
  }

  private goOnIn(buffer: Buffer): void {
    this.bytes = buffer;
    this.view = viewed(buffer).view;
  }

  private reserve(room: number): void {
    if (this.length + room <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.length + room, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.length));
    this.goOnIn(larger);
  }
}

/** Digits of a whole number below 10⁹. */
function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  if (value < 100_000_000) return value < 10_000_000 ? 7 : 8;
  return 9;
}

function movedBy(record: Exclude<TapeRecord, RawRecord>, origin: number): TapeRecord {
  if (origin === 0 || record.type === "header" || record.type === "unknown") return record;
  const at: Nanos = plus(record.at, -origin);
  return { ...record, at };
}

/** Records as canonical lines, each with its `\n`: goldens, fragments and other small tapes. Without hash lines of its own. */
export function formatTape(records: Iterable<TapeRecord>): string {
  let text = "";
  for (const record of records) text += `${formatRecord(record)}\n`;
  return text;
}
