import type { Dir } from "../../../bytes/channel.ts";
import type { HeaderRecord, TapeRecord } from "../../../tape/record.ts";

/** What a tape can be turned into, as `--format` names it. */
export const EXPORT_FORMATS = ["pcapng", "jsonl-v1", "raw", "hex"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExporterOptions {
  /** The tape's own; a golden or a fragment has none. */
  readonly header: HeaderRecord | undefined;
  /** Who writes the file, as `fieldtape 0.1.0`. */
  readonly application: string;
  /** Only this channel, only this direction; absent: all that there are. */
  readonly channel?: number;
  readonly dir?: Dir;
}

/** Turns the records of a tape, in order, into the bytes of a foreign file. */
export interface Exporter {
  /** Bytes for these records, if any yet; they are the caller's from now on. */
  write(records: readonly TapeRecord[]): Uint8Array;
  /** What is left when the tape is over. */
  end(): Uint8Array;
  /** Reads (or packets) that were written, and records that the format cannot say. */
  readonly written: number;
  readonly leftOut: number;
}
