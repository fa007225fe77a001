import { unreachable } from "../../errors.ts";
import type { PlaybackView } from "../../replayer/playback-view.ts";
import { intentOf } from "./key-table.ts";
import type { PlaybackCommand, PlaybackScreenEvent, PlaybackStep } from "./playback-events.ts";
import { meantPlayback } from "./playback-intents.ts";
import { PLAYBACK_KEYS } from "./playback-keys.ts";
import type { PlaybackScreenView } from "./playback-view.ts";
import { typed } from "./prompt.ts";
import { carriedOffsets } from "./wire-offsets.ts";

const seen = (state: PlaybackScreenView): PlaybackStep => ({ state, commands: [] });
const asking = (state: PlaybackScreenView, ...commands: readonly PlaybackCommand[]): PlaybackStep => ({
  state,
  commands,
});

/** The playback screen's whole logic. */
export function reducePlayback(view: PlaybackScreenView, event: PlaybackScreenEvent): PlaybackStep {
  switch (event.type) {
    case "key":
      return view.prompt === undefined ? pressed(view, event.key) : answered(view, view.prompt, event.key);
    case "resized":
      return seen({ ...view, size: event.size });
    case "moved":
      return moved(view, event.playback);
    case "surveyed":
      return seen({ ...view, overview: event.overview });
    case "counted": {
      const current = event.offsets.before === view.playback.recent[0];
      return seen(
        current ? { ...view, offsets: event.offsets, counting: undefined } : { ...view, counting: undefined },
      );
    }
    case "told":
      return seen({ ...view, message: { text: event.text, bad: event.bad } });
    case "broken-at":
      return seen({
        ...view,
        breakpoint: event.text === undefined ? undefined : { text: event.text, enabled: true },
      });
    default:
      return unreachable(event);
  }
}

function pressed(view: PlaybackScreenView, key: string): PlaybackStep {
  const intent = intentOf(PLAYBACK_KEYS, key);
  const calm = { ...view, help: false, message: undefined };
  return intent === undefined ? seen(calm) : meantPlayback(calm, intent, view.help);
}

function answered(
  view: PlaybackScreenView,
  prompt: NonNullable<PlaybackScreenView["prompt"]>,
  key: string,
): PlaybackStep {
  const outcome = typed(prompt, key);
  if (outcome.type === "typing") return seen({ ...view, prompt: outcome.prompt });
  const closed = { ...view, prompt: undefined };
  if (outcome.type === "left") return seen(closed);
  const { text } = outcome;
  const play = view.playing;
  if (prompt.asks === "position") return text === "" ? seen(closed) : asking(closed, { type: "go", text, play });
  return asking(closed, { type: "break", text: text === "" ? undefined : text, play, noted: true });
}

/** The playback went on: by itself, or because it was told to. */
function moved(view: PlaybackScreenView, playback: PlaybackView): PlaybackStep {
  const offsets = carriedOffsets(view.offsets, view.playback, playback);
  const next = { ...view, playback, offsets };
  const { status } = playback;
  if (status === "ended" && view.playing) {
    if (view.rounds > 1)
      return asking({ ...next, rounds: view.rounds - 1 }, { type: "seek", cue: view.home, play: true });
    return counted({ ...next, playing: false });
  }
  if (status === "failed" || playback.hit !== undefined) return counted({ ...next, playing: false });
  return counted(next);
}

/** Only where it stands still does it pay to look for the offsets. */
function counted(view: PlaybackScreenView): PlaybackStep {
  const { status, recent } = view.playback;
  const [before] = recent;
  const still = status === "paused" || status === "ended" || status === "failed";
  if (!still || view.offsets !== undefined || before === undefined || view.counting === before) return seen(view);
  return asking({ ...view, counting: before }, { type: "count", before });
}
