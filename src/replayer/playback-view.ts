import type { ChannelRecord, OutputRecord, TapeRecord } from "../tape/record.ts";
import type { Nanos } from "../time/nanos.ts";
import type { Hit } from "./breakpoint.ts";
import type { Seek } from "./deck.ts";

/** Something that happened on the tape or that the subject said to it, with the line of the record that was fed last. */
export interface PlaybackEvent {
  readonly type: "fed" | "said";
  readonly line: number;
  readonly record: TapeRecord;
}

/** What a screen or a line on a terminal shows of a playback. A value: it does not change any more. */
export interface PlaybackView {
  /** `failed`: see `failure`; a seek or a step back leaves it. */
  readonly status: "paused" | "playing" | "seeking" | "ended" | "failed";
  /** Tape time of what happened last. */
  readonly at: Nanos;
  /** Line of the record that was fed last; 0 before the first. */
  readonly line: number;
  /** Records fed since the beginning of the tape. */
  readonly fed: number;
  readonly rate: number;
  /** The last events, oldest first. */
  readonly recent: readonly PlaybackEvent[];
  /** How many there have been since the last seek or the beginning: those passed on the way of a seek among them. */
  readonly happened: number;
  /** Those declared so far. */
  readonly channels: readonly ChannelRecord[];
  /** What each machine and channel said last about its state. */
  readonly states: readonly OutputRecord[];
  /** The breakpoint's match at which it stands. */
  readonly hit: Hit | undefined;
  /** How it came here, if it was by a seek. */
  readonly seek: Seek | undefined;
  /** Rounds of a loop that are over. */
  readonly rounds: number;
  /** Why it failed, or what went wrong with a command. */
  readonly failure: unknown;
}
