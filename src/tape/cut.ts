import { FieldtapeError } from "../errors.ts";
import { type Nanos, ZERO } from "../time/nanos.ts";
import { derivedHeader, recordingOf, sourceId } from "./derive.ts";
import { writeDerivedTape } from "./derived-tape.ts";
import { type FoundPlace, findPlace, recordsFrom } from "./find-place.ts";
import { inForceAt } from "./in-force-at.ts";
import type { Position } from "./position.ts";
import { openTape } from "./reader.ts";
import type { HeaderRecord, TapeRecord } from "./record.ts";
import { channelOf } from "./relocate.ts";
import { ChannelChoice } from "./select.ts";
import { headerOf } from "./source-header.ts";

export interface CutOptions {
  /** The first record that is kept; else the tape's first. */
  readonly from?: Position;
  /** The first record that is not kept any more; else the end. `+90ms` counts from where the cut begins. */
  readonly until?: Position;
  /** Channels to keep, by number or name; else all. */
  readonly channels?: readonly string[];
  readonly force: boolean;
}

export interface CutReport {
  readonly out: string;
  /** Lines of the source: from the first one, up to but not including the second. */
  readonly fromLine: number;
  readonly untilLine: number | undefined;
  /** Records written, among them those said again because they were still in force. */
  readonly records: number;
  readonly carried: number;
}

/**
 * Writes a part of a tape as a tape. Times stay as they are. What was in force where the cut begins is said again there: channels, open
 * links, the date. Blobs are carried along. The same source and options give the same bytes.
 *
 * @throws FieldtapeError INPUT_MISSING where nothing lies in the range, or a channel or mark is not there; what reading and writing throw
 */
export async function cutTape(path: string, out: string, options: CutOptions): Promise<CutReport> {
  const source = await headerOf(path);
  const range = await rangeOf(path, options);
  const channels = options.channels === undefined ? undefined : new ChannelChoice(options.channels);
  const before = range.from === undefined ? [] : await inForceBefore(path, range.from, channels);
  const header = cutHeader(source, { range, options, carried: before.length });
  const batches = async function* (): AsyncGenerator<readonly TapeRecord[]> {
    yield [header, ...before];
    yield* part(path, range, channels);
    channels?.assertFound(path);
  };
  const written = await writeDerivedTape(out, batches(), { force: options.force, sources: [path], reason: "cut" });
  return {
    out,
    fromLine: range.from?.line ?? 1,
    untilLine: range.untilLine,
    records: written - 1,
    carried: before.length,
  };
}

interface Range {
  /** `undefined`: from the beginning, with nothing to say again. */
  readonly from: (FoundPlace & { readonly at: Nanos }) | undefined;
  readonly untilLine: number | undefined;
}

async function rangeOf(path: string, { from, until }: CutOptions): Promise<Range> {
  const beginning = await findPlace(path, { type: "at", at: ZERO });
  const named = from === undefined ? beginning : await findPlace(path, from);
  const first = named.line < beginning.line ? beginning : named;
  const base = first.at === undefined ? {} : { base: first.at };
  const last = until === undefined ? undefined : await findPlace(path, until, base);
  if (first.at === undefined || (last !== undefined && last.line <= first.line))
    throw new FieldtapeError("INPUT_MISSING", "nothing lies in that range", {
      file: path,
      hint: `fieldtape tape inspect ${path} shows what does`,
    });
  return {
    // A cut that begins with the first record, or before it, begins with the tape.
    from: first.line <= beginning.line ? undefined : { ...first, at: first.at },
    untilLine: last?.at === undefined ? undefined : last.line,
  };
}

async function inForceBefore(
  path: string,
  from: FoundPlace & { readonly at: Nanos },
  channels: ChannelChoice | undefined,
): Promise<readonly TapeRecord[]> {
  const inForce = await inForceAt(path, from);
  for (const channel of inForce.channels) channels?.declare(channel);
  return inForce.restated(from.at).filter((record) => isKept(record, channels));
}

async function* part(
  path: string,
  { from, untilLine }: Range,
  channels: ChannelChoice | undefined,
): AsyncGenerator<readonly TapeRecord[]> {
  await using tape = await openTape(path);
  const batches = from === undefined ? tape.batches({ verify: false }) : recordsFrom(tape, from, { verify: false });
  for await (const { firstLine, records } of batches) {
    const length = untilLine === undefined ? records.length : Math.min(records.length, untilLine - firstLine);
    const kept: TapeRecord[] = [];
    for (const record of records.slice(0, Math.max(0, length))) {
      if (record.type === "channel") channels?.declare(record);
      if (record.type !== "header" && isKept(record, channels)) kept.push(record);
    }
    yield kept;
    if (length < records.length) return;
  }
}

function isKept(record: TapeRecord, channels: ChannelChoice | undefined): boolean {
  if (channels === undefined) return true;
  const channel = channelOf(record);
  return channel === undefined || channels.has(channel);
}

function cutHeader(
  source: HeaderRecord,
  { range, options, carried }: { range: Range; options: CutOptions; carried: number },
): HeaderRecord {
  const { channels } = options;
  return derivedHeader(source, {
    by: "cut",
    sources: [sourceId(source)],
    options: {
      fromLine: range.from?.line ?? 1,
      ...(range.untilLine === undefined ? {} : { untilLine: range.untilLine }),
      ...(channels === undefined ? {} : { channels: [...channels] }),
      carried,
    },
    recording: recordingOf(source),
  });
}
