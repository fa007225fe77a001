import type { Line } from "./span.ts";
import { quiet, span } from "./span.ts";

/** One row of a screen's table of keys: what is pressed, what that means, and how the screen tells it. */
export interface KeyBinding<I> {
  /** The first one is shown. */
  readonly keys: readonly string[];
  readonly shown?: string;
  readonly does: string;
  readonly intent: I;
  /** Not in the line at the bottom, only in the whole table. */
  readonly rare?: boolean;
}

export function intentOf<I>(bindings: readonly KeyBinding<I>[], key: string): I | undefined {
  return bindings.find(({ keys }) => keys.includes(key))?.intent;
}

/** The line at the bottom of a screen. */
export function keyLine<I>(bindings: readonly KeyBinding<I>[]): Line {
  return bindings
    .filter(({ rare }) => rare !== true)
    .flatMap(({ keys, shown, does }, place) => [
      span(`${place === 0 ? " " : "  "}${shown ?? keys[0] ?? ""}`, "strong"),
      quiet(` ${does}`),
    ]);
}

/** The whole table, in as many columns as it needs to fit into these rows. */
export function keyTable<I>(bindings: readonly KeyBinding<I>[], rows: number): readonly Line[] {
  const height = Math.max(1, Math.min(rows, bindings.length));
  return Array.from({ length: height }, (_, row) =>
    bindings
      .filter((_, place) => place % height === row)
      .flatMap(({ keys, shown, does }) => [
        span(`  ${(shown ?? keys[0] ?? "").padEnd(7)}`, "strong"),
        span(does.padEnd(28)),
      ]),
  );
}

/** Ink's idea of a key. */
export interface InkKey {
  readonly upArrow: boolean;
  readonly downArrow: boolean;
  readonly leftArrow: boolean;
  readonly rightArrow: boolean;
  readonly pageUp: boolean;
  readonly pageDown: boolean;
  readonly home: boolean;
  readonly end: boolean;
  readonly return: boolean;
  readonly escape: boolean;
  readonly backspace: boolean;
  readonly delete: boolean;
  readonly ctrl: boolean;
  readonly meta: boolean;
}

const NAMES: readonly (readonly [member: keyof InkKey, name: string])[] = [
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageUp", "page-up"],
  ["pageDown", "page-down"],
  ["home", "home"],
  ["end", "end"],
  ["return", "enter"],
  ["escape", "escape"],
  ["backspace", "backspace"],
  // What most terminals send for the backspace key.
  ["delete", "backspace"],
];

/** Keys by name; what was typed fast, or pasted, comes as several characters at once. */
export function keysOf(input: string, key: InkKey): readonly string[] {
  const named = NAMES.find(([member]) => key[member]);
  if (named !== undefined) return [named[1]];
  if (key.ctrl) return input.length === 1 ? [`ctrl-${input}`] : [];
  if (key.meta) return [];
  return [...input].map((character) => CHARACTERS.get(character) ?? character);
}

const CHARACTERS: ReadonlyMap<string, string> = new Map([
  [" ", "space"],
  ["\r", "enter"],
  ["\n", "enter"],
  ["\u007f", "backspace"],
  ["\u0003", "ctrl-c"],
]);
