import { later, type Nanos, nanos } from "../time/nanos.ts";
import { CarriedRecords } from "./carried-records.ts";
import { BLOCK_BYTES } from "./limits.ts";
import { LineEncoder } from "./line-encoder.ts";
import { rawPieces, SURE_TO_FIT } from "./raw-pieces.ts";
import type { HeaderRecord, TapeRecord } from "./record.ts";
import { type EncodedLines, SegmentEncoder } from "./segment-encoder.ts";

/** Begin a new segment at the first record after this one has so many bytes, or at every multiple of `every`. */
export interface Rotation {
  readonly bytes?: number;
  readonly every?: Nanos;
}

/** What the first segment's header says, but for its place. */
export type HeaderFields = Pick<HeaderRecord, "id" | "started" | "recorder" | "requires" | "meta">;

/** Where a recording that is over is taken up: in a new segment, whose time and chain go on from the last one's. */
export interface SegmentPlace {
  readonly number: number;
  /** Counted from the beginning of segment 0. */
  readonly at: Nanos;
  readonly previous: string;
}

export interface SeriesHandlers {
  /** Whole lines of the current segment, in order. */
  lines(lines: EncodedLines): void;
  /** The current segment has ended; lines are of segment `number` from here on, whose chain starts from `previous`. */
  segment(number: number, previous: string): void;
}

/**
 * Records in, the bytes of a tape's segments out; no file and no clock. Lines are handed out at 64 KiB, or when asked for.
 */
export class SegmentSeries {
  readonly encoder = new LineEncoder();
  private readonly header: HeaderFields;
  private readonly rotation: Rotation;
  private readonly handlers: SeriesHandlers;
  private readonly carried = new CarriedRecords();
  private segment: SegmentEncoder;
  private number: number;
  private begunAt: number;
  private held = 0;
  private asked = false;

  constructor(header: HeaderFields, rotation: Rotation, handlers: SeriesHandlers, from?: SegmentPlace) {
    this.header = header;
    this.rotation = rotation;
    this.handlers = handlers;
    this.number = from?.number ?? 0;
    this.begunAt = from?.at ?? 0;
    const place = { segment: this.number, offset: this.begunAt.toString(), previous: from?.previous ?? null };
    this.segment = new SegmentEncoder(placed(header, place), this.encoder, from?.at);
  }

  /** `at` of the last record, counted from the beginning of segment 0. */
  get lastAt(): Nanos {
    return this.segment.lastAt;
  }

  /** The same as it stands in the current segment. */
  get ownAt(): Nanos {
    return this.segment.ownAt;
  }

  /**
   * A read too long for a line becomes several records, unless it is a datagram.
   * @throws FieldtapeError LIMIT_EXCEEDED for any other record that is too long, or nested too deep; nothing is then written
   */
  write(record: TapeRecord): void {
    if (this.isDue(record)) this.rotate(this.nextBegin(record));
    const declaration = this.carried.declarationBefore(record);
    if (declaration !== undefined) this.segment.write(declaration);
    if (record.type === "raw" && record.bytes.length > SURE_TO_FIT && this.carried.isStream(record.channel)) {
      for (const piece of rawPieces(record)) this.segment.write(piece);
    } else this.segment.write(record);
    if (this.segment.pending >= BLOCK_BYTES) this.flush();
  }

  /** Hands out the lines that wait for more. */
  flush(): void {
    if (this.segment.pending > 0) this.handlers.lines(this.segment.take());
  }

  /** Ends this segment and begins the next, now or as soon as nothing holds it. */
  rotate(at: Nanos): void {
    if (this.held > 0) {
      this.asked = true;
      return;
    }
    this.asked = false;
    this.segment.end("rotate", at);
    this.flush();
    this.number++;
    this.begunAt = at;
    const { digits } = this.segment;
    const place = { segment: this.number, offset: at.toString(), previous: digits };
    this.handlers.segment(this.number, digits);
    this.segment = new SegmentEncoder(placed(this.header, place), this.encoder, at);
    for (const record of this.carried.begin(at)) this.segment.write(record);
  }

  /** No segment ends until `release`: something is being put beside this one. */
  hold(): number {
    this.held++;
    return this.number;
  }

  release(): void {
    this.held--;
  }

  end(reason: string, at: Nanos): void {
    this.segment.end(reason, later(at, this.lastAt));
    this.flush();
  }

  private isDue(record: TapeRecord): boolean {
    const { bytes = Infinity, every } = this.rotation;
    if (record.type === "header") return false;
    if (this.asked || this.segment.bytes >= bytes) return true;
    return every !== undefined && record.at - (this.begunAt - (this.begunAt % every)) >= every;
  }

  /** By time a segment begins at a multiple of `every`, whatever came when; else where its first record is. */
  private nextBegin(record: TapeRecord): Nanos {
    const at = record.type === "header" ? this.lastAt : record.at;
    const { every } = this.rotation;
    if (every === undefined) return at;
    const multiple = nanos(at - (at % every));
    return multiple > this.lastAt && multiple > this.begunAt ? multiple : at;
  }
}

function placed(header: HeaderFields, place: Pick<HeaderRecord, "segment" | "offset" | "previous">): HeaderRecord {
  const { id, started, recorder, requires, meta } = header;
  return { type: "header", format: "fieldtape", schema: 2, id, started, ...place, recorder, requires, meta };
}
