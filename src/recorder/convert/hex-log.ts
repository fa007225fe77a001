import { fromHex } from "../../bytes/hex.ts";
import { FieldtapeError } from "../../errors.ts";
import type { Decoder, DecoderOptions } from "./decoder.ts";
import { LineCutter } from "./line-cutter.ts";
import { moveToStamp, STAMP } from "./line-stamp.ts";
import type { RecordSink } from "./record-sink.ts";

const LINE = new RegExp(String.raw`^\s*(${STAMP})\s+(rx|tx)(?:\s+([0-9a-fA-F\s]*))?$`, "i");
const PASSED_OVER = /^\s*(?:#.*)?$/;

export const isHexLogLine = (line: string): boolean => LINE.test(line);
export const isHexLogComment = (line: string): boolean => PASSED_OVER.test(line);

/**
 * Logs with one read a line, `TIME rx|tx HEX`: the time as `line-stamp.ts` reads it, the hex with or without blanks. A read
 * may hold several frames, one, or a part of one. Empty lines and lines that begin with `#` are passed over.
 */
export class HexLogDecoder implements Decoder {
  readonly #records: RecordSink;
  readonly #options: DecoderOptions;
  #lines = new LineCutter("latin1");
  #channel = -1;

  constructor(records: RecordSink, options: DecoderOptions) {
    this.#records = records;
    this.#options = options;
  }

  beginFile(name: string): void {
    this.#lines = new LineCutter("latin1");
    if (this.#channel < 0) this.#channel = this.#records.channel({ name, kind: "stream", source: `file:${name}` });
  }

  push(chunk: Uint8Array): void {
    for (const line of this.#lines.push(chunk)) {
      if (!this.#read(line)) {
        throw new FieldtapeError("INPUT_MALFORMED", "no line of the form TIME rx|tx HEX", {
          line: this.#lines.line,
          hint: "TIME is ISO 8601, seconds since 1970, or seconds since the beginning",
        });
      }
    }
  }

  endFile(): void {
    const rest = this.#lines.rest();
    if (rest !== undefined && !this.#read(rest)) this.#records.oddities.note("torn");
  }

  end(): void {}

  #read(line: string): boolean {
    const parts = LINE.exec(line);
    if (parts === null) return PASSED_OVER.test(line);
    const [, stamp = "", dir, hex = ""] = parts;
    const bytes = fromHex(hex);
    if (bytes === undefined || !moveToStamp(this.#records, stamp, this.#options.zone)) return false;
    this.#records.found++;
    if (bytes.length > 0) this.#records.raw(this.#channel, dir?.toLowerCase() === "rx" ? "rx" : "tx", bytes);
    return true;
  }
}
