import { realpath } from "node:fs/promises";
import type { Dir } from "../bytes/channel.ts";
import { FieldtapeError } from "../errors.ts";
import { createExporter } from "../recorder/convert/export/create-exporter.ts";
import type { ExportFormat } from "../recorder/convert/export/exporter.ts";
import { openTape } from "../tape/reader.ts";
import type { HeaderRecord, TapeRecord } from "../tape/record.ts";
import { TapeSeries } from "../tape/series.ts";
import { fileSystem, onDisk } from "../tape/tape-disk.ts";
import { VERSION } from "./version.ts";

export interface ExportJob {
  readonly tape: string;
  /** All segments of its recording that lie beside it, as one. */
  readonly segments: boolean;
  readonly format: ExportFormat;
  /** Number or name; absent: all. */
  readonly channel?: string;
  readonly dir?: Dir;
  readonly signal: AbortSignal;
  /** Called with what is read, once that is open and the choice is clear. */
  readonly open: (sources: readonly string[]) => Promise<OutputFile>;
}

/** Where the file's pieces go, in order. */
export interface OutputFile extends AsyncDisposable {
  write(piece: Uint8Array): Promise<void>;
}

export interface ExportReport {
  /** Bytes of the file. */
  readonly bytes: number;
  /** Reads (packets, lines) that were written, and records that the format cannot say. */
  readonly written: number;
  readonly leftOut: number;
  /** The tape was not closed cleanly. */
  readonly unfinished: boolean;
  /** With `segments`: how many were read, and how many before the last are not there. */
  readonly segments?: { readonly read: number; readonly missing: number };
}

/** What is exported: a tape, or a series of segments read as one. */
interface Exported extends AsyncDisposable {
  readonly paths: readonly string[];
  readonly header: HeaderRecord | undefined;
  readonly segments?: ExportReport["segments"];
  /** May be read more than once, unless it is a pipe. */
  batches(): AsyncIterable<readonly TapeRecord[]>;
  /** Known when all has been read. */
  ended(): boolean;
}

/** A read's channel and direction. */
type Source = readonly [channel: number, dir: Dir];

/**
 * Turns a tape into a foreign file, piece by piece. After a failure what came before has been written.
 *
 * @throws FieldtapeError USAGE when it must be said which channel or direction is meant; what reading or writing throws
 */
export async function exportTape(job: ExportJob): Promise<ExportReport> {
  const { format, dir } = job;
  await using exported = job.segments ? await openSeries(job) : await openOne(job);
  const { header, segments } = exported;
  const chosen = await choose(job, exported);
  await using output = await job.open(exported.paths);
  const exporter = createExporter(format, {
    header,
    application: `fieldtape ${VERSION.version}`,
    ...(chosen === undefined ? {} : { channel: chosen }),
    ...(dir === undefined ? {} : { dir }),
  });
  let bytes = 0;
  const put = async (piece: Uint8Array): Promise<void> => {
    bytes += piece.length;
    if (piece.length > 0) await output.write(piece);
  };
  try {
    for await (const records of exported.batches()) await put(exporter.write(records));
  } finally {
    await put(exporter.end());
  }
  const { written, leftOut } = exporter;
  return { bytes, written, leftOut, unfinished: !exported.ended(), ...(segments === undefined ? {} : { segments }) };
}

async function openOne({ tape, signal }: ExportJob): Promise<Exported> {
  const reader = await openTape(tape);
  return {
    paths: [tape],
    header: reader.header,
    async *batches() {
      for await (const { records } of reader.batches({ verify: false, signal })) yield records;
    },
    ended: () => reader.facts().end !== undefined,
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  };
}

async function openSeries({ tape, signal }: ExportJob): Promise<Exported> {
  const series = await TapeSeries.open(tape);
  return {
    paths: series.paths,
    header: series.header,
    segments: { read: series.paths.length, missing: series.missing },
    batches: () => series.batches(signal),
    ended: () => series.ended,
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The chosen channel's number, after a pass over the tape where a choice must be made. */
async function choose({ channel, format, dir }: ExportJob, exported: Exported): Promise<number | undefined> {
  if (channel === undefined && format !== "raw" && format !== "hex") return undefined;
  const names = new Map<number, string>();
  const read = new Map<string, Source>();
  for await (const records of exported.batches()) {
    for (const record of records) {
      if (record.type === "channel") names.set(record.channel, record.name);
      else if (record.type === "raw") read.set(`${record.channel} ${record.dir}`, [record.channel, record.dir]);
    }
  }
  const number = channel === undefined ? undefined : named(channel, names);
  const sources = [...read.values()].filter(([one, way]) => one === (number ?? one) && way === (dir ?? way));
  const channels = new Set(sources.map(([one]) => one));
  if ((format === "raw" || format === "hex") && channels.size > 1) {
    throw ambiguous(
      `${channels.size} channels`,
      "--channel",
      [...channels].map((one) => `${one} (${names.get(one)})`),
    );
  }
  if (format === "raw" && sources.length > 1) throw ambiguous("both directions", "--dir", ["rx", "tx"]);
  return number;
}

function named(channel: string, names: ReadonlyMap<number, string>): number {
  const found = [...names].find(([number, name]) => String(number) === channel || name === channel);
  if (found !== undefined) return found[0];
  throw new FieldtapeError("USAGE", `the tape has no channel ${JSON.stringify(channel)}`, {
    hint: `it has ${listed([...names].map(([number, name]) => `${number} (${name})`))}`,
  });
}

function ambiguous(what: string, flag: string, choices: readonly string[]): FieldtapeError {
  return new FieldtapeError("USAGE", `the tape holds ${what}, and this format can say one`, {
    hint: `choose with ${flag}: ${listed(choices)}`,
  });
}

function listed(choices: readonly string[]): string {
  const [shown, more] = [choices.slice(0, 10), choices.length - 10];
  return shown.length === 0 ? "none" : `${shown.join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}

/** A new file, for its owner only, that is never the tape itself. */
export async function createOutput(path: string, sources: readonly string[], force: boolean): Promise<OutputFile> {
  const place = await realpath(path).catch(() => undefined);
  for (const source of place === undefined ? [] : sources) {
    if (place !== (await realpath(source).catch(() => undefined))) continue;
    throw new FieldtapeError("USAGE", "is the tape and would be overwritten", { file: path });
  }
  const file = await onDisk(path, fileSystem.create(path, force));
  let position = 0;
  return {
    async write(piece) {
      for (let done = 0; done < piece.length; ) {
        const taken = await onDisk(path, file.write([piece.subarray(done)], position));
        done += taken;
        position += taken;
      }
    },
    [Symbol.asyncDispose]: () => onDisk(path, file.close()),
  };
}
