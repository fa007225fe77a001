import type { TapeRecord } from "../../../tape/record.ts";
import { ByteBuilder } from "./byte-builder.ts";
import type { Exporter, ExporterOptions } from "./exporter.ts";

/** The bytes that were read, one after the other, and nothing else: of a channel and a direction, or of all. */
export class RawExporter implements Exporter {
  written = 0;
  leftOut = 0;
  readonly #options: ExporterOptions;
  readonly #out = new ByteBuilder();

  constructor(options: ExporterOptions) {
    this.#options = options;
  }

  write(records: readonly TapeRecord[]): Uint8Array {
    for (const record of records) {
      if (record.type === "raw" && isChosen(record, this.#options)) {
        this.#out.bytes(record.bytes);
        this.written++;
      } else if (record.type === "gap") this.leftOut++;
    }
    return this.#out.take(this.#out.end);
  }

  end(): Uint8Array {
    return new Uint8Array(0);
  }
}

/** Whether a read is of the channel and direction that were asked for. */
export function isChosen(
  read: { readonly channel: number; readonly dir: string },
  { channel = read.channel, dir }: ExporterOptions,
): boolean {
  return read.channel === channel && (dir === undefined || dir === read.dir);
}
