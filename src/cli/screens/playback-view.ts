import type { Cue } from "../../replayer/deck.ts";
import type { PlaybackEvent, PlaybackView } from "../../replayer/playback-view.ts";
import type { Nanos } from "../../time/nanos.ts";
import type { Zone } from "../../time/zone.ts";
import type { Prompt } from "./prompt.ts";
import type { TerminalSize } from "./terminal.ts";
import type { WireOffsets } from "./wire-offsets.ts";

/** What one pass over the tape tells: it is there a while after the first picture. */
export interface TapeOverview {
  readonly lastAt: Nanos;
  readonly gaps: readonly { readonly at: Nanos }[];
  readonly marks: readonly { readonly at: Nanos; readonly label: string }[];
  /** When it was what date (ns since 1970), in order. */
  readonly anchors: readonly { readonly at: Nanos; readonly wall: bigint }[];
}

/** All that the playback screen shows. */
export interface PlaybackScreenView {
  readonly size: TerminalSize;
  readonly path: string;
  readonly subject: string;
  /** The date at which the tape began (ns since 1970), if it says so. */
  readonly started: bigint | undefined;
  /** In which dates are shown. */
  readonly zone: Zone;
  /** Where a round begins. */
  readonly home: Cue;
  readonly playback: PlaybackView;
  readonly overview: TapeOverview | undefined;
  /** How many bytes each wire had carried before the first of the recent events, if that is known. */
  readonly offsets: WireOffsets | undefined;
  /** The event before which they are being counted. */
  readonly counting: PlaybackEvent | undefined;
  readonly prompt: Prompt<"position" | "break"> | undefined;
  readonly breakpoint: { readonly text: string; readonly enabled: boolean } | undefined;
  /** Rounds to play, this one included. */
  readonly rounds: number;
  /** Somebody wants it to play; it ends what ended of itself. */
  readonly playing: boolean;
  readonly message: { readonly text: string; readonly bad: boolean } | undefined;
  readonly help: boolean;
}
