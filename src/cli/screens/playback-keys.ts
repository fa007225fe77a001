import type { KeyBinding } from "./key-table.ts";

export type PlaybackIntent =
  | "play-or-pause"
  | "faster"
  | "slower"
  | "real-time"
  | "step"
  | "step-back"
  | "ask-position"
  | "home"
  | "end"
  | "forward"
  | "far-forward"
  | "back"
  | "far-back"
  | "next-place"
  | "previous-place"
  | "ask-break"
  | "toggle-break"
  | "loop"
  | "help"
  | "leave";

/** Keys of the playback screen: what it obeys is what it shows. */
export const PLAYBACK_KEYS: readonly KeyBinding<PlaybackIntent>[] = [
  { keys: ["space"], does: "play", intent: "play-or-pause" },
  { keys: ["right", "n"], shown: "→", does: "step", intent: "step" },
  { keys: ["left", "p"], shown: "←", does: "back", intent: "step-back" },
  { keys: ["+", "="], shown: "+", does: "faster", intent: "faster" },
  { keys: ["-", "_"], shown: "-", does: "slower", intent: "slower" },
  { keys: ["1"], does: "as fast as it was", intent: "real-time", rare: true },
  { keys: ["g"], does: "go", intent: "ask-position" },
  { keys: ["home"], does: "to the beginning", intent: "home", rare: true },
  { keys: ["end"], does: "to the end", intent: "end", rare: true },
  { keys: ["]"], does: "1 s on", intent: "forward", rare: true },
  { keys: ["["], does: "1 s back", intent: "back", rare: true },
  { keys: ["}", "page-down"], shown: "}", does: "10 s on", intent: "far-forward", rare: true },
  { keys: ["{", "page-up"], shown: "{", does: "10 s back", intent: "far-back", rare: true },
  { keys: ["."], does: "to the next mark or gap", intent: "next-place", rare: true },
  { keys: [","], does: "to the mark or gap before", intent: "previous-place", rare: true },
  { keys: ["b"], does: "break", intent: "ask-break" },
  { keys: ["B"], does: "breakpoint on or off", intent: "toggle-break", rare: true },
  { keys: ["l"], does: "loop", intent: "loop", rare: true },
  { keys: ["?", "h"], shown: "?", does: "keys", intent: "help" },
  { keys: ["q", "ctrl-c"], shown: "q", does: "leave", intent: "leave" },
];
