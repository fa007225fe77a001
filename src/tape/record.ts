import type { ChannelKind, Dir, GapCause, LinkChange } from "../bytes/channel.ts";
import type { Json, JsonObject } from "../bytes/json.ts";
import type { Nanos } from "../time/nanos.ts";

/**
 * All records of a tape, on one screen. `docs/tape-format.md` is the normative page; a record is added here and there.
 * In memory a payload is always `bytes`; on a line it is `text` or `b64` (see `line.ts`). `at` never goes back.
 */
export interface RecordTypes {
  header: HeaderRecord;
  channel: ChannelRecord;
  link: LinkRecord;
  raw: RawRecord;
  gap: GapRecord;
  input: InputRecord;
  output: OutputRecord;
  mark: MarkRecord;
  blob: BlobRecord;
  wall: WallRecord;
  block: BlockRecord;
  end: EndRecord;
  unknown: UnknownRecord;
}

export type TapeRecord = RecordTypes[keyof RecordTypes];

/** The schema of the tapes that are written. Every older one is read for ever. */
export const TAPE_SCHEMA = 2;

/** First line, once. `started` is wall time (UTC); `offset` places a segment, decimal ns since the first one began. */
export interface HeaderRecord {
  readonly type: "header";
  readonly format: "fieldtape";
  readonly schema: typeof TAPE_SCHEMA;
  readonly id: string;
  readonly started: string;
  readonly segment: number;
  readonly offset: string;
  /** Hash that the segment before this one ended with (64 hex digits). */
  readonly previous: string | null;
  readonly recorder: { readonly version: string; readonly git: string };
  /** Features without which this tape must not be read; an unknown one is refused by name. */
  readonly requires: readonly string[];
  readonly meta: JsonObject;
}

/** Declares a wire before its first use. */
export interface ChannelRecord {
  readonly type: "channel";
  readonly at: Nanos;
  readonly channel: number;
  readonly name: string;
  readonly kind: ChannelKind;
  readonly source: string;
  readonly settings: JsonObject;
}

export interface LinkRecord {
  readonly type: "link";
  readonly at: Nanos;
  readonly channel: number;
  readonly event: LinkChange;
  /** With `half-close` (and `reset`, where known): the direction that fell silent. */
  readonly dir?: Dir;
  readonly reason?: string;
}

/** Bytes as one read returned them. On a stream the boundary between two reads means nothing. */
export interface RawRecord {
  readonly type: "raw";
  readonly at: Nanos;
  readonly channel: number;
  readonly dir: Dir;
  readonly bytes: Uint8Array;
}

/** Something is missing here. `bytes` where the number is known. */
export interface GapRecord {
  readonly type: "gap";
  readonly at: Nanos;
  /** Absent: the loss concerns every channel. */
  readonly channel?: number;
  readonly dir?: Dir;
  readonly cause: GapCause;
  readonly bytes?: number;
}

/** What a machine was told. */
export interface InputRecord {
  readonly type: "input";
  readonly at: Nanos;
  readonly machine: string;
  readonly channel?: number;
  readonly value: Json;
}

/** What a machine said: frames, states, requests. `at` is the tape time of the step that said it. */
export interface OutputRecord {
  readonly type: "output";
  readonly at: Nanos;
  readonly machine: string;
  readonly channel?: number;
  readonly value: Json;
}

export interface MarkRecord {
  readonly type: "mark";
  readonly at: Nanos;
  readonly label: string;
}

/** A large or binary thing beside the tape, in `<tape>.blobs/<sha256>`. */
export interface BlobRecord {
  readonly type: "blob";
  readonly at: Nanos;
  readonly channel?: number;
  readonly media: string;
  readonly size: number;
  readonly sha256: string;
  readonly name?: string;
}

/** Anchors tape time to the date: at `at` it was `wall` (UTC). `step` is by how many ns the date jumped, as found out here. */
export interface WallRecord {
  readonly type: "wall";
  readonly at: Nanos;
  readonly wall: string;
  readonly step: number;
}

/** Hash chain over the bytes since the last `block`. `records` counts all lines before this one. */
export interface BlockRecord {
  readonly type: "block";
  readonly at: Nanos;
  readonly records: number;
  readonly sha256: string;
}

/** Closed properly. `reason`: stop, eof, rotate, disk-full, link-lost, … */
export interface EndRecord {
  readonly type: "end";
  readonly at: Nanos;
  readonly records: number;
  readonly reason: string;
  readonly sha256?: string;
}

/** A type that this version does not know: kept byte for byte and passed on. */
export interface UnknownRecord {
  readonly type: "unknown";
  /** Its `at` if it has a valid one, else that of the record before it. */
  readonly at: Nanos;
  /** The line as it stood, without the line end. */
  readonly json: string;
}

/** Consecutive lines of a tape: `records[i]` stands on line `firstLine + i` (lines count from 1). */
export interface RecordBatch {
  readonly firstLine: number;
  readonly records: readonly TapeRecord[];
}
