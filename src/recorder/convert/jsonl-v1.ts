import { FieldtapeError } from "../../errors.ts";
import { SchemaOneReader } from "../../tape/schema-one.ts";
import { parseIso } from "../../time/iso.ts";
import type { Decoder } from "./decoder.ts";
import { LineCutter } from "./line-cutter.ts";
import type { RecordSink } from "./record-sink.ts";

/** Tapes of schema 1, which had no header: `{"ts": …, "type": "raw", "source": …, "b64": …}`. */
export class JsonlV1Decoder implements Decoder {
  readonly #records: RecordSink;
  #lines = new LineCutter("utf8");
  #reader: SchemaOneReader | undefined;

  constructor(records: RecordSink) {
    this.#records = records;
  }

  beginFile(): void {
    this.#lines = new LineCutter("utf8");
  }

  push(chunk: Uint8Array): void {
    for (const line of this.#lines.push(chunk)) this.#read(line);
  }

  endFile(): void {
    // docs/tape-format.md: a last line without its end is torn, and not read.
    if (this.#lines.rest() !== undefined) this.#records.oddities.note("torn");
  }

  end(): void {}

  #read(line: string): void {
    try {
      this.#reader ??= this.#begin(line);
      this.#records.found++;
      for (const record of this.#reader.read(line)) if (record.type !== "header") this.#records.put(record);
    } catch (thrown) {
      if (!(thrown instanceof FieldtapeError)) throw thrown;
      throw new FieldtapeError("INPUT_MALFORMED", `the line ${thrown.message}`, { line: this.#lines.line });
    }
  }

  #begin(line: string): SchemaOneReader {
    const reader = new SchemaOneReader(line);
    const started = parseIso(reader.header.started);
    if (started !== undefined) this.#records.since(started);
    return reader;
  }
}
