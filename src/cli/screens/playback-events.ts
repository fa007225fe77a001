import type { Cue } from "../../replayer/deck.ts";
import type { PlaybackEvent, PlaybackView } from "../../replayer/playback-view.ts";
import type { PlaybackScreenView, TapeOverview } from "./playback-view.ts";
import type { Step } from "./screen-store.ts";
import type { TerminalSize } from "./terminal.ts";
import type { WireOffsets } from "./wire-offsets.ts";

/** What happens to the playback screen. */
export type PlaybackScreenEvent =
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "resized"; readonly size: TerminalSize }
  | { readonly type: "moved"; readonly playback: PlaybackView }
  | { readonly type: "surveyed"; readonly overview: TapeOverview }
  | { readonly type: "counted"; readonly offsets: WireOffsets }
  | { readonly type: "told"; readonly text: string; readonly bad: boolean }
  | { readonly type: "broken-at"; readonly text: string | undefined };

/** What the screen asks of whoever runs it. */
export type PlaybackCommand =
  | { readonly type: "play" | "pause" | "step" | "step-back" | "leave" }
  | { readonly type: "rate"; readonly rate: number }
  | { readonly type: "seek"; readonly cue: Cue; readonly play: boolean }
  /** Goes where these words of a person mean. */
  | { readonly type: "go"; readonly text: string; readonly play: boolean }
  /** Stops after what matches; nothing: nowhere. `noted`: it is a new one. */
  | { readonly type: "break"; readonly text: string | undefined; readonly play: boolean; readonly noted: boolean }
  /** Counts each wire's bytes before this event. */
  | { readonly type: "count"; readonly before: PlaybackEvent };

export type PlaybackStep = Step<PlaybackScreenView, PlaybackCommand>;
