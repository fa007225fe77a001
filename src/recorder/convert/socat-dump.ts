import { fromHex } from "../../bytes/hex.ts";
import { parseIso } from "../../time/iso.ts";
import type { Decoder, DecoderOptions } from "./decoder.ts";
import { LineCutter } from "./line-cutter.ts";
import type { RecordSink } from "./record-sink.ts";

/** A program that writes to the same terminal may have begun the line. */
const HEADER = /([<>]) (\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)\.(\d{6,9}) {1,2}length=(\d+) from=(\d+) to=(\d+)$/;
/** With `-v` the bytes of a line are followed by two blanks or more and their text. */
const DIGITS = /^(?: [0-9a-f]{2})+/;
const ONLY_DIGITS = /^(?: [0-9a-f]{2})+$/;
const MICROS = 1_000_000n;
/** socat's own blocks are 8 KiB unless `-b` says otherwise. */
const READ_BYTES_MAX = 16 << 20;

export const isSocatHeader = (line: string): boolean => HEADER.test(line);

/** Bytes of one read that are still to come. */
interface Read {
  readonly dir: "rx" | "tx";
  readonly parts: Uint8Array[];
  missing: number;
}

/**
 * What `socat -x` and `socat -x -v` write. `>` is from the left address to the right one: tx; `<` is rx. The date is local time
 * without a zone. socat writes the *microseconds* of a second with nine digits (`.000579160` is 0.579160 s); a file in which a
 * fraction is larger than that can be is read in nanoseconds from there on. Other lines are passed over and counted.
 */
export class SocatDumpDecoder implements Decoder {
  readonly #records: RecordSink;
  readonly #options: DecoderOptions;
  #lines = new LineCutter("latin1");
  #channel = -1;
  #read: Read | undefined;
  #inNanos = false;
  /** Next offset of each direction, to see when the dump has lost some. */
  #expected = { rx: 0, tx: 0 };

  constructor(records: RecordSink, options: DecoderOptions) {
    this.#records = records;
    this.#options = options;
  }

  beginFile(name: string): void {
    this.#lines = new LineCutter("latin1");
    this.#expected = { rx: 0, tx: 0 };
    if (this.#channel < 0) this.#channel = this.#records.channel({ name, kind: "stream", source: `file:${name}` });
  }

  push(chunk: Uint8Array): void {
    for (const line of this.#lines.push(chunk)) this.#line(line);
  }

  endFile(): void {
    const rest = this.#lines.rest();
    if (rest !== undefined) this.#line(rest);
    if (this.#read !== undefined) this.#records.oddities.note("torn");
    this.#finish();
  }

  end(): void {}

  #line(line: string): void {
    const header = HEADER.exec(line);
    if (header !== null) this.#begin(header);
    else if (this.#read === undefined || !this.#bytes(this.#read, line)) {
      // `--` ends a read in the form with text.
      if (line !== "" && line !== "--") this.#records.oddities.note("noise");
    }
  }

  #begin(header: RegExpExecArray): void {
    this.#finish();
    const [, sign, year, month, day, time, fraction = "", length, from, to] = header;
    const { zone } = this.#options;
    const wall = parseIso(`${year}-${month}-${day}T${time}${zone ?? "Z"}`);
    if (wall === undefined || Number(length) > READ_BYTES_MAX) this.#records.oddities.note("noise");
    else {
      if (zone === undefined) this.#records.oddities.note("zoneless");
      this.#records.moveTo(this.#records.since(wall + this.#nanos(fraction)));
      this.#records.found++;
      const dir = sign === ">" ? "tx" : "rx";
      // An offset before the expected one: another connection began to be dumped.
      const lost = Number(from) - this.#expected[dir];
      if (lost > 0) this.#lose(dir, lost);
      this.#expected[dir] = Number(to) + 1;
      this.#read = { dir, parts: [], missing: Number(length) };
    }
  }

  #nanos(fraction: string): bigint {
    const value = BigInt(fraction.padEnd(9, "0"));
    if (fraction.length < 9) return value;
    this.#inNanos ||= value >= MICROS;
    return this.#inNanos ? value : value * 1_000n;
  }

  /** Takes the line's bytes, of which the read wants `missing`; `false` if it is no line of hex. */
  #bytes(read: Read, line: string): boolean {
    const wanted = read.missing * 3;
    const begins = DIGITS.exec(line)?.[0].slice(0, wanted);
    // Another program that writes to the same terminal may have begun this line, too.
    const digits = begins ?? (ONLY_DIGITS.test(line.slice(-wanted)) ? line.slice(-wanted) : undefined);
    const bytes = digits === undefined ? undefined : fromHex(digits);
    if (bytes === undefined || (begins === undefined && bytes.length < read.missing)) return false;
    read.parts.push(bytes);
    read.missing -= bytes.length;
    if (read.missing === 0) this.#finish();
    return true;
  }

  #finish(): void {
    const read = this.#read;
    this.#read = undefined;
    if (read === undefined) return;
    const bytes = new Uint8Array(read.parts.reduce((sum, part) => sum + part.length, 0));
    let end = 0;
    for (const part of read.parts) {
      bytes.set(part, end);
      end += part.length;
    }
    if (bytes.length > 0) this.#records.raw(this.#channel, read.dir, bytes);
    if (read.missing > 0) this.#lose(read.dir, read.missing);
  }

  #lose(dir: "rx" | "tx", bytes: number): void {
    this.#records.oddities.note("missing", bytes);
    this.#records.gap(this.#channel, dir, "truncated", bytes);
  }
}
