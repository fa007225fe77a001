import { basename, join } from "node:path";
import { FieldtapeError } from "../errors.ts";
import { type Nanos, ZERO } from "../time/nanos.ts";
import { blobPath, placeBlob, writeBlob } from "./blobs.ts";
import { FileSource } from "./file-source.ts";
import { type FoundPlace, findPlace } from "./find-place.ts";
import { inForceAt } from "./in-force-at.ts";
import { mediaOf } from "./media.ts";
import type { Position } from "./position.ts";
import { openTape } from "./reader.ts";
import type { BlobRecord } from "./record.ts";
import { rewriteTape } from "./rewrite-tape.ts";
import { blobsFolder } from "./segments.ts";
import { fileSystem } from "./tape-disk.ts";

export interface AttachOptions {
  /** Where on the tape; else at its end. */
  readonly at?: Position;
  /** The channel that it belongs to, by number or name. */
  readonly channel?: string;
  /** Its media type; else by the end of its name. */
  readonly media?: string;
  /** What it is called; else the name of the file. */
  readonly name?: string;
  /** A new tape; else this one gets it. */
  readonly out?: string;
  readonly force: boolean;
}

/**
 * Puts a file onto a tape as a blob: its bytes beside the tape first, then a record that names them, and new hash lines. The tape is replaced
 * in one step. Returns the record.
 *
 * @throws FieldtapeError INPUT_MISSING for a file, place or channel that is not there; what `rewriteTape` throws
 */
export async function attachFile(path: string, file: string, options: AttachOptions): Promise<BlobRecord> {
  const place = await placeOf(path, options.at);
  const channel = options.channel === undefined ? undefined : await channelNumber(path, place, options.channel);
  const target = options.out ?? path;
  const passing = join(blobsFolder(target), "attached.new");
  await using source = await FileSource.open(file);
  const stored = await writeBlob(fileSystem, passing, source.chunks(0));
  await placeBlob(fileSystem, passing, blobPath(target, stored.sha256));
  const record: BlobRecord = {
    type: "blob",
    at: place.at,
    ...(channel === undefined ? {} : { channel }),
    media: options.media ?? mediaOf(file),
    size: stored.size,
    sha256: stored.sha256,
    name: options.name ?? basename(file),
  };
  const { out, force } = options;
  await rewriteTape(path, { ...(out === undefined ? {} : { out }), force, insert: { line: place.line, record } });
  return record;
}

type Placed = FoundPlace & { readonly at: Nanos };

async function placeOf(path: string, at: Position | undefined): Promise<Placed> {
  if (at === undefined) return endOf(path);
  const place = await findPlace(path, at);
  if (place.at === undefined) return endOf(path);
  return { ...place, at: place.at };
}

async function endOf(path: string): Promise<Placed> {
  await using tape = await openTape(path);
  let line = 1;
  let at: Nanos = ZERO;
  for await (const { firstLine, records } of tape.batches({ verify: false })) {
    line = firstLine + records.length;
    for (const record of records) if (record.type !== "header") at = record.at;
  }
  return { line, at, start: { byte: tape.facts().bytes, line, at } };
}

async function channelNumber(path: string, place: FoundPlace, wanted: string): Promise<number> {
  const channels = (await inForceAt(path, place)).channels;
  const channel = channels.find(({ channel, name }) => String(channel) === wanted || name === wanted);
  if (channel !== undefined) return channel.channel;
  const names = channels.slice(0, 20).map(({ channel, name }) => `${channel} (${name})`);
  throw new FieldtapeError("INPUT_MISSING", `there is no channel ${JSON.stringify(wanted)} there`, {
    file: path,
    hint: names.length === 0 ? "no channel is declared there" : `there are ${names.join(", ")}`,
  });
}
