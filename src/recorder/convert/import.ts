import { sha256Hex } from "../../bytes/sha256.ts";
import { unreachable } from "../../errors.ts";
import type { TapeRecord } from "../../tape/record.ts";
import type { Decoder, DecoderOptions } from "./decoder.ts";
import { detectFormat, type ImportFormat } from "./detect.ts";
import { HexLogDecoder } from "./hex-log.ts";
import { ImportRun, type ImportSource, inFile, peekFirst } from "./import-run.ts";
import { JsonlV1Decoder } from "./jsonl-v1.ts";
import type { Oddity } from "./oddities.ts";
import { CaptureDecoder } from "./pcap/capture-decoder.ts";
import { PlainHexDecoder } from "./plain-hex.ts";
import { RawBytesDecoder } from "./raw-bytes.ts";
import { RecordSink } from "./record-sink.ts";
import { SocatDumpDecoder } from "./socat-dump.ts";

export interface ImportOptions extends DecoderOptions {
  /** Overrules what the content looks like. */
  readonly format?: ImportFormat;
}

/** What an import has come to: so far, and at the end in all. */
export interface ImportReport {
  readonly format: ImportFormat;
  /** Bytes of the input. */
  readonly input: number;
  /** Packets, lines or reads that the input held, used or not. */
  readonly found: number;
  readonly channels: number;
  /** Reads (or datagrams) that are on the tape, their bytes, and all records. */
  readonly reads: number;
  readonly payload: number;
  readonly records: number;
  /** Tape time of the last record, in nanoseconds. */
  readonly duration: number;
  readonly oddities: readonly Oddity[];
}

export interface Import {
  /** The date of `at` 0 in nanoseconds since 1970; `undefined` where the input knows no dates. */
  readonly started: bigint | undefined;
  /** SHA-256 of the first bytes, in hex: with the size and the first date it tells inputs apart before they are read to the end. */
  readonly fingerprint: string;
  /**
   * The records in order, without header, blocks and end; read once. After malformed input everything before it comes first,
   * then FieldtapeError INPUT_MALFORMED is thrown.
   */
  readonly batches: AsyncIterable<readonly TapeRecord[]>;
  report(): ImportReport;
}

/**
 * Reads foreign files as one tape: several continue one another (a capture that was written in pieces), and are of one format.
 * Memory is bounded, whatever their size.
 *
 * @throws FieldtapeError USAGE when the format cannot be told, INPUT_MALFORMED when there is nothing before what is broken.
 */
export async function openImport(sources: readonly ImportSource[], options: ImportOptions): Promise<Import> {
  const records = new RecordSink();
  const opened = await peekFirst(sources);
  const format = options.format ?? inFile(opened.name, () => detectFormat(opened.head));
  const run = new ImportRun(opened.sources, decoder(format, records, options), records);
  const batches = run.batches();
  // The date of `at` 0 belongs into the tape's first line, so the input is read until something with a date is found.
  const ahead: (readonly TapeRecord[])[] = [];
  for (let next = await batches.next(); next.done !== true; next = await batches.next()) {
    ahead.push(next.value);
    if (records.started !== undefined || records.reads > 0) break;
  }
  return {
    started: records.started,
    fingerprint: sha256Hex(opened.head),
    batches: joined(ahead, batches),
    report: () => ({
      format,
      input: run.input,
      found: records.found,
      channels: records.channels,
      reads: records.reads,
      payload: records.payload,
      records: records.total,
      duration: records.at,
      oddities: records.oddities.list(),
    }),
  };
}

async function* joined<T>(first: readonly T[], rest: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    yield* first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

function decoder(format: ImportFormat, records: RecordSink, options: DecoderOptions): Decoder {
  switch (format) {
    case "pcap":
    case "pcapng":
      return new CaptureDecoder(records, options.ports);
    case "hex-log":
      return new HexLogDecoder(records, options);
    case "socat":
      return new SocatDumpDecoder(records, options);
    case "jsonl-v1":
      return new JsonlV1Decoder(records);
    case "hex":
      return new PlainHexDecoder(records, options);
    case "raw":
      return new RawBytesDecoder(records, options);
    default:
      return unreachable(format);
  }
}
