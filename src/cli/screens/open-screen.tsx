import process from "node:process";
import { render, useInput } from "ink";
import { type ComponentType, type ReactNode, useSyncExternalStore } from "react";
import { keysOf } from "./key-table.ts";
import { sizeOf, type Terminal, type TerminalSize } from "./terminal.ts";

/** What a screen is made of. */
export interface ScreenParts<S> {
  readonly screen: ComponentType<{ readonly state: S; readonly colors: boolean }>;
  subscribe(listener: () => void): () => void;
  shown(): S;
  onKey(key: string): void;
  onResize(size: TerminalSize): void;
}

const ALTERNATE_SCREEN = "\u001b[?1049h\u001b[2J\u001b[H";
const CLEARED = "\u001b[2J\u001b[H";
const FORMER_SCREEN = "\u001b[?1049l\u001b[?25h";

/** Shows a screen on the whole terminal; closing gives the terminal back as it was. */
export function openScreen<S>(terminal: Terminal, parts: ScreenParts<S>): AsyncDisposable {
  const { stdout, stdin, colors } = terminal;
  const leave = (): void => void stdout.write(FORMER_SCREEN);
  const resized = (): void => {
    // What was drawn at the old size lies about anywhere.
    stdout.write(CLEARED);
    parts.onResize(sizeOf(stdout));
  };
  process.once("exit", leave);
  stdout.write(ALTERNATE_SCREEN);
  stdout.prependListener("resize", resized);
  const ink = render(<Shown parts={parts} colors={colors} />, {
    stdout,
    stdin,
    exitOnCtrlC: false,
    patchConsole: false,
    maxFps: 20,
  });
  return {
    async [Symbol.asyncDispose]() {
      stdout.off("resize", resized);
      ink.unmount();
      await ink.waitUntilExit();
      process.off("exit", leave);
      leave();
      if (stdin !== process.stdin) stdin.destroy();
    },
  };
}

function Shown<S>({ parts, colors }: { readonly parts: ScreenParts<S>; readonly colors: boolean }): ReactNode {
  const state = useSyncExternalStore(parts.subscribe, parts.shown);
  useInput((input, key) => {
    for (const one of keysOf(input, key)) parts.onKey(one);
  });
  const Screen = parts.screen;
  return <Screen state={state} colors={colors} />;
}
