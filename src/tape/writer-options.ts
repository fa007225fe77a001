import type { Clock } from "../time/clock.ts";
import type { HeaderFields, Rotation } from "./segment-series.ts";

/**
 * `live`: a recording; what is written reaches the system within 50 ms and the disk within 1 s, by the clock. Otherwise the tape is derived from
 * something that is still there: no timers, no syncs, no clock.
 */
type Pace = { readonly live: true; readonly clock: Clock } | { readonly live: false; readonly clock?: Clock };

export type TapeWriterOptions = Pace & {
  readonly header: HeaderFields;
  /** Overwrite an existing tape, its later segments and its blobs. */
  readonly force?: boolean;
  readonly rotate?: Rotation;
  /** Keep so many segments, the one being written among them; older ones are removed with their blobs. */
  readonly keepLast?: number;
  readonly closedSegments?: ClosedSegments;
};

/** Whoever has to do with the segments that rotation ended, say to compress them. */
export interface ClosedSegments {
  /** Rotation ended this segment, and its file is closed. Returns at once: the tape goes on. */
  add(path: string): void;
  /** This segment is removed (`keepLast`) as soon as this resolves. Never rejects. */
  letGo(path: string): Promise<void>;
}
