import type { KeyBinding } from "./key-table.ts";

export type RecordingIntent = "mark" | "label" | "rotate" | "stop" | "detach" | "help";

/** Keys of the recording screen: what it obeys is what it shows. */
export const RECORDING_KEYS: readonly KeyBinding<RecordingIntent>[] = [
  { keys: ["m"], does: "mark", intent: "mark" },
  { keys: ["M"], does: "with label", intent: "label" },
  { keys: ["r"], does: "rotate", intent: "rotate" },
  { keys: ["d"], does: "detach", intent: "detach" },
  { keys: ["q", "ctrl-c"], shown: "q", does: "stop", intent: "stop" },
  { keys: ["?", "h"], shown: "?", does: "help", intent: "help" },
];
