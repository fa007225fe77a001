import { toHex } from "../../../bytes/hex.ts";
import type { TapeRecord, WallRecord } from "../../../tape/record.ts";
import { formatIso, parseIso } from "../../../time/iso.ts";
import type { Exporter, ExporterOptions } from "./exporter.ts";
import { isChosen } from "./raw-exporter.ts";

const TEXT = new TextEncoder();

/** A read a line, `TIME rx|tx HEX`, with dates to the nanosecond. What else a tape holds, the form cannot say. */
export class HexExporter implements Exporter {
  written = 0;
  leftOut = 0;
  readonly #options: ExporterOptions;
  /** The date of `at` 0. */
  #started: bigint;

  constructor(options: ExporterOptions) {
    this.#options = options;
    this.#started = options.header === undefined ? 0n : (parseIso(options.header.started) ?? 0n);
  }

  write(records: readonly TapeRecord[]): Uint8Array {
    let lines = "";
    for (const record of records) {
      if (record.type === "wall") this.#wall(record);
      else if (record.type === "raw" && isChosen(record, this.#options)) {
        lines += `${formatIso(this.#started + BigInt(record.at))} ${record.dir} ${toHex(record.bytes)}\n`;
        this.written++;
      } else if (
        record.type !== "header" &&
        record.type !== "channel" &&
        record.type !== "block" &&
        record.type !== "end"
      ) {
        this.leftOut++;
      }
    }
    return TEXT.encode(lines);
  }

  end(): Uint8Array {
    return new Uint8Array(0);
  }

  #wall({ at, wall, step }: WallRecord): void {
    const date = parseIso(wall);
    if (step !== 0 && date !== undefined) this.#started = date - BigInt(at);
  }
}
