import type { KeyBinding } from "./key-table.ts";

export type ReviewIntent =
  | "up"
  | "down"
  | "page-up"
  | "page-down"
  | "first"
  | "last"
  | "deeper"
  | "back"
  | "accept"
  | "reject"
  | "note"
  | "undo"
  | "write"
  | "help"
  | "leave";

/** Keys of the review screen: what it obeys is what it shows. */
export const REVIEW_KEYS: readonly KeyBinding<ReviewIntent>[] = [
  { keys: ["up", "k"], shown: "↑", does: "up", intent: "up", rare: true },
  { keys: ["down", "j"], shown: "↓", does: "down", intent: "down", rare: true },
  { keys: ["page-up"], shown: "PgUp", does: "a page up", intent: "page-up", rare: true },
  { keys: ["page-down", "space"], shown: "PgDn", does: "a page down", intent: "page-down", rare: true },
  { keys: ["home"], does: "to the first", intent: "first", rare: true },
  { keys: ["end"], does: "to the last", intent: "last", rare: true },
  { keys: ["right", "enter"], shown: "→", does: "look", intent: "deeper" },
  { keys: ["left", "escape"], shown: "←", does: "back", intent: "back" },
  { keys: ["a"], does: "accept", intent: "accept" },
  { keys: ["r"], does: "reject", intent: "reject" },
  { keys: ["n"], does: "note", intent: "note" },
  { keys: ["u"], does: "undo", intent: "undo" },
  { keys: ["w"], does: "write", intent: "write" },
  { keys: ["?", "h"], shown: "?", does: "keys", intent: "help" },
  { keys: ["q", "ctrl-c"], shown: "q", does: "leave", intent: "leave" },
];
