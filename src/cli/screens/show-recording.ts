import { statSync } from "node:fs";
import process from "node:process";
import { unreachable } from "../../errors.ts";
import type { RecorderClient } from "../../recorder/control-client.ts";
import type { Clock } from "../../time/clock.ts";
import { millis, type Nanos, plus } from "../../time/nanos.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { type RecorderOptions, type RecorderProcess, startRecorder } from "./recorder-process.ts";
import {
  beginRecordingView,
  type RecordingCommand,
  type RecordingEvent,
  reduceRecording,
} from "./recording-reducer.ts";
import type { RecorderEnd, RecordingView } from "./recording-view.ts";
import { ScreenStore } from "./screen-store.ts";
import { openTerminal, sizeOf } from "./terminal.ts";

export interface ShowRecordingOptions extends RecorderOptions {
  readonly clock: Clock;
  /** Aborted when the user wants it to stop. */
  readonly interrupted: AbortSignal;
  say(text: string): void;
}

const TRY_EVERY = millis(20);
const LOOK_EVERY = millis(500);

/**
 * Records in a process of its own and shows it. The screen may freeze or die: the recording goes on.
 *
 * @returns the recorder's exit code
 * @throws FieldtapeError USAGE without a terminal
 */
export async function showRecording(options: ShowRecordingOptions): Promise<ExitCode> {
  const terminal = openTerminal();
  const recorder = startRecorder(options);
  // React's other build is slow, and measures itself without end.
  process.env["NODE_ENV"] ??= "production";
  const [{ openScreen }, { RecordingScreen }] = await Promise.all([
    import("./open-screen.tsx"),
    import("./recording-screen.tsx"),
  ]);
  const watch = new RecordingWatch(recorder, options.clock, sizeOf(terminal.stdout));
  const { store } = watch;
  const stop = (): void => store.dispatch({ type: "key", key: "q" });
  options.interrupted.addEventListener("abort", stop);
  let outcome: Outcome;
  {
    await using _screen = openScreen(terminal, {
      screen: RecordingScreen,
      subscribe: store.subscribe,
      shown: store.shown,
      onKey: (key) => store.dispatch({ type: "key", key }),
      onResize: (size) => store.dispatch({ type: "resized", size }),
    });
    outcome = await watch.run();
  }
  options.interrupted.removeEventListener("abort", stop);
  return tell(outcome, recorder, options);
}

type Outcome = { readonly type: "detached" } | { readonly type: "ended"; readonly end: RecorderEnd };

function tell(outcome: Outcome, recorder: RecorderProcess, { say }: ShowRecordingOptions): ExitCode {
  if (outcome.type === "detached") {
    recorder.letGo();
    say(`recording goes on as process ${recorder.pid}: kill -INT ${recorder.pid} stops it, kill -USR2 puts a mark`);
    return EXIT.ok;
  }
  const { code, signal, words } = outcome.end;
  for (const one of words) say(one);
  if (signal !== null) say(`error: the recorder was killed by ${signal}; what it recorded until then is on the tape`);
  recorder.tidyUp();
  return Object.values(EXIT).find((known) => known === code) ?? EXIT.outside;
}

/** What stands between the recorder and its screen. */
class RecordingWatch {
  readonly store: ScreenStore<RecordingView, RecordingEvent, RecordingCommand>;
  readonly #recorder: RecorderProcess;
  readonly #clock: Clock;
  readonly #over = new AbortController();
  #client: RecorderClient | undefined;
  #detached = false;

  constructor(recorder: RecorderProcess, clock: Clock, size: RecordingView["size"]) {
    this.#recorder = recorder;
    this.#clock = clock;
    this.store = new ScreenStore({
      initial: beginRecordingView(size, recorder.pid, clock.now()),
      reduce: reduceRecording,
      carryOut: (command) => this.#carryOut(command),
      clock,
    });
  }

  /** Until somebody leaves the screen. */
  async run(): Promise<Outcome> {
    const ended = this.#recorder.ended.then((end) => {
      this.store.dispatch({ type: "ended", end });
      return end;
    });
    const following = this.#follow();
    await this.#look();
    await this.#client?.[Symbol.asyncDispose]();
    await following;
    this.store[Symbol.dispose]();
    return this.#detached ? { type: "detached" } : { type: "ended", end: await ended };
  }

  #carryOut(command: RecordingCommand): void {
    switch (command.type) {
      case "mark":
        this.#client?.mark(command.label);
        break;
      case "rotate":
        this.#client?.rotate();
        break;
      case "stop":
        if (this.#client !== undefined && command.times === 0) this.#client.stop();
        else this.#recorder.signal("SIGINT");
        break;
      case "detach":
        this.#detached = true;
        this.#over.abort();
        break;
      case "leave":
        this.#over.abort();
        break;
      default:
        unreachable(command);
    }
  }

  /** Connects as soon as the recorder listens, and hands its statuses on. */
  async #follow(): Promise<void> {
    const { connectControl } = await import("../../recorder/control-client.ts");
    do {
      try {
        this.#client = await connectControl(this.#recorder.control);
        for await (const status of this.#client.statuses) {
          if (this.store.state.status === undefined) this.#hear();
          this.store.dispatch({ type: "told", now: this.#clock.now(), status });
        }
      } catch {
        // It does not listen yet, or no more: that it has ended, or says nothing, is shown.
      }
      this.#client = undefined;
    } while (await this.#slept(TRY_EVERY));
  }

  /** Looks at the clock and at what is no status, now and then. */
  async #look(): Promise<void> {
    do {
      const { status } = this.store.state;
      if (status === undefined) this.#hear();
      this.store.dispatch({ type: "looked", now: this.#clock.now(), fileSize: sizeOfFile(status?.path) });
    } while (await this.#slept(LOOK_EVERY));
  }

  #hear(): void {
    this.store.dispatch({ type: "said", words: this.#recorder.words() });
  }

  async #slept(span: Nanos): Promise<boolean> {
    try {
      await this.#clock.sleepUntil(plus(this.#clock.now(), span), this.#over.signal);
      return true;
    } catch {
      return false;
    }
  }
}

function sizeOfFile(path: string | undefined): number | undefined {
  return path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })?.size;
}
