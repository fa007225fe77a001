import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import type { Clock } from "../../time/clock.ts";
import { seconds } from "../../time/nanos.ts";
import { programRoot } from "../program-root.ts";
import { Watchdog } from "../watchdog.ts";
import { endWords, type FromScreen, type ToScreen } from "./screen-link.ts";

/** So long without a word, and a screen is taken for dead. */
const SILENT_MAX = seconds(5);
/** Starting takes a while on a busy machine. */
const START_MAX = seconds(20);

export type ScreenOutcome =
  | { readonly type: "left"; readonly detached: boolean }
  | { readonly type: "died"; readonly why: string; readonly code: number | null; readonly signal: string | null };

export interface ScreenProcess {
  tell(message: ToScreen): void;
  /** When somebody has left it, or it has died or was killed because it did not answer. */
  readonly ended: Promise<ScreenOutcome>;
}

/** A screen in a process of its own, on this process's terminal. `stop`: somebody wants the recorder to end; `signal`: it must be told by one. */
export function startScreen(clock: Clock, stop: (signal: boolean) => void): ScreenProcess {
  const child = fork(join(programRoot(), "dist/cli/screens/recording-screen-main.js"), [], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    execArgv: [],
  });
  return {
    tell(message) {
      // One that is just dying hears nothing any more.
      if (child.connected) child.send(message, () => {});
    },
    ended: watched(child, clock, stop),
  };
}

async function watched(child: ChildProcess, clock: Clock, stop: (signal: boolean) => void): Promise<ScreenOutcome> {
  using watchdog = new Watchdog(clock, SILENT_MAX);
  watchdog.pat(START_MAX);
  let left: ScreenOutcome | undefined;
  let hung = false;
  const hear = (message: FromScreen): void => {
    watchdog.pat();
    if (message.type === "stop") stop(message.signal);
    if (message.type === "left") left = message;
  };
  const bite = (): void => {
    hung = true;
    child.kill("SIGKILL");
  };
  // Stopped ourselves for a while, we have heard nothing either.
  const awake = (): void => watchdog.pat();
  child.on("message", hear);
  child.on("error", () => {}); // a screen that cannot be started ends at once
  watchdog.hung.addEventListener("abort", bite);
  process.on("SIGCONT", awake);
  await once(child, "close").catch(() => {});
  process.off("SIGCONT", awake);
  const { exitCode: code, signalCode: signal } = child;
  if (left !== undefined) return left;
  return { type: "died", why: hung ? "had not answered for 5 s" : endWords({ code, signal }), code, signal };
}
