import type { HeaderRecord, TapeRecord } from "../../../tape/record.ts";
import { SchemaOneWriter } from "../../../tape/schema-one-export.ts";
import type { Exporter, ExporterOptions } from "./exporter.ts";
import { isChosen } from "./raw-exporter.ts";

const TEXT = new TextEncoder();
/** A fragment of a tape has no header: its times count from 1970. */
const UNDATED: HeaderRecord = {
  type: "header",
  format: "fieldtape",
  schema: 2,
  id: "",
  started: "1970-01-01T00:00:00Z",
  segment: 0,
  offset: "0",
  previous: null,
  recorder: { version: "", git: "" },
  requires: [],
  meta: {},
};

/** Schema 1, which knows only what was received: reads of direction `rx`, with their date and source. */
export class JsonlV1Exporter implements Exporter {
  written = 0;
  readonly #options: ExporterOptions;
  readonly #writer: SchemaOneWriter;

  constructor(options: ExporterOptions) {
    this.#options = options;
    this.#writer = new SchemaOneWriter(options.header ?? UNDATED);
  }

  get leftOut(): number {
    return this.#writer.leftOut;
  }

  write(records: readonly TapeRecord[]): Uint8Array {
    let lines = "";
    for (const record of records) {
      if (record.type === "raw" && !isChosen(record, this.#options)) continue;
      const line = this.#writer.write(record);
      if (line === undefined) continue;
      lines += `${line}\n`;
      this.written++;
    }
    return TEXT.encode(lines);
  }

  end(): Uint8Array {
    return new Uint8Array(0);
  }
}
