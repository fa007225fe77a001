import { unreachable } from "../../errors.ts";
import { type Nanos, nanos, seconds } from "../../time/nanos.ts";
import type { PlaybackCommand, PlaybackStep } from "./playback-events.ts";
import type { PlaybackIntent } from "./playback-keys.ts";
import { nextRate } from "./playback-rate.ts";
import type { PlaybackScreenView } from "./playback-view.ts";

const NEAR = seconds(1);
const FAR = seconds(10);
/** Behind everything. */
const END = nanos(Number.MAX_SAFE_INTEGER);

/** What a key means where the playback stands. */
export function meantPlayback(view: PlaybackScreenView, intent: PlaybackIntent, helpShown: boolean): PlaybackStep {
  switch (intent) {
    case "play-or-pause":
      return playOrPause(view);
    case "faster":
    case "slower":
      return rated(view, nextRate(view.playback.rate, intent));
    case "real-time":
      return rated(view, 1);
    case "step":
    case "step-back":
      return asking({ ...view, playing: false }, { type: intent });
    case "ask-position":
      return asking({ ...view, prompt: { asks: "position", text: "" } });
    case "ask-break":
      return asking({ ...view, prompt: { asks: "break", text: view.breakpoint?.text ?? "" } });
    case "toggle-break":
      return toggled(view);
    case "loop":
      return asking({ ...view, rounds: view.rounds > 1 ? 1 : Number.POSITIVE_INFINITY });
    case "help":
      return asking({ ...view, help: !helpShown });
    case "leave":
      return asking(view, { type: "leave" });
    default:
      return wentTo(view, intent);
  }
}

type Journey = Extract<
  PlaybackIntent,
  "home" | "end" | "forward" | "far-forward" | "back" | "far-back" | "next-place" | "previous-place"
>;

function wentTo(view: PlaybackScreenView, journey: Journey): PlaybackStep {
  const { at } = view.playback;
  switch (journey) {
    case "home":
      return asking(view, { type: "seek", cue: view.home, play: view.playing });
    case "end":
      return sought({ ...view, playing: false }, END);
    case "forward":
      return sought(view, at + NEAR);
    case "far-forward":
      return sought(view, at + FAR);
    case "back":
      return sought(view, at - NEAR);
    case "far-back":
      return sought(view, at - FAR);
    case "next-place":
      return atPlace(
        view,
        places(view).find((place) => place > at),
      );
    case "previous-place":
      return atPlace(
        view,
        places(view).findLast((place) => place < at),
      );
    default:
      return unreachable(journey);
  }
}

function playOrPause(view: PlaybackScreenView): PlaybackStep {
  if (view.playing) return asking({ ...view, playing: false }, { type: "pause" });
  const play: PlaybackCommand =
    view.playback.status === "ended" ? { type: "seek", cue: view.home, play: true } : { type: "play" };
  return asking({ ...view, playing: true, playback: { ...view.playback, status: "paused" } }, play);
}

/** Shown at once, so that a second key press goes on from there. */
function rated(view: PlaybackScreenView, rate: number): PlaybackStep {
  return asking({ ...view, playback: { ...view.playback, rate } }, { type: "rate", rate });
}

function toggled(view: PlaybackScreenView): PlaybackStep {
  if (view.breakpoint === undefined) return asking({ ...view, prompt: { asks: "break", text: "" } });
  const { text, enabled } = view.breakpoint;
  return asking(
    { ...view, breakpoint: { text, enabled: !enabled } },
    { type: "break", text: enabled ? undefined : text, play: view.playing, noted: false },
  );
}

function sought(view: PlaybackScreenView, to: number): PlaybackStep {
  const at = nanos(Math.max(0, Math.min(to, END)));
  return asking(view, { type: "seek", cue: { at }, play: view.playing });
}

function atPlace(view: PlaybackScreenView, place: Nanos | undefined): PlaybackStep {
  if (place !== undefined) return sought(view, place);
  const text = view.overview === undefined ? "the tape is still being read" : "there is no mark or gap any further";
  return asking({ ...view, message: { text, bad: false } });
}

/** Marks and gaps, in order. */
function places({ overview }: PlaybackScreenView): readonly Nanos[] {
  if (overview === undefined) return [];
  return [...overview.marks, ...overview.gaps].map(({ at }) => at).toSorted((a, b) => a - b);
}

const asking = (state: PlaybackScreenView, ...commands: readonly PlaybackCommand[]): PlaybackStep => ({
  state,
  commands,
});
