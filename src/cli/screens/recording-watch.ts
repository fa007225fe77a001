import { statSync } from "node:fs";
import { unreachable } from "../../errors.ts";
import type { RecorderClient } from "../../recorder/control-client.ts";
import type { Clock } from "../../time/clock.ts";
import { millis, type Nanos, plus, seconds } from "../../time/nanos.ts";
import { wordsIn } from "../supervise/recorder-process.ts";
import type { FromScreen, ToScreen } from "../supervise/screen-link.ts";
import {
  beginRecordingView,
  type RecordingCommand,
  type RecordingEvent,
  reduceRecording,
} from "./recording-reducer.ts";
import type { RecordingView } from "./recording-view.ts";
import { ScreenStore } from "./screen-store.ts";

export interface RecordingWatchOptions {
  readonly clock: Clock;
  readonly size: RecordingView["size"];
  /** The supervisor's ear. */
  tell(message: FromScreen): void;
}

const TRY_EVERY = millis(20);
const LOOK_EVERY = millis(500);
/** A connection on which nothing came for so long is made anew. */
const RECONNECT_AFTER = seconds(5);

/** What stands between the recorder and its screen, told by the supervisor which process records. */
export class RecordingWatch {
  readonly store: ScreenStore<RecordingView, RecordingEvent, RecordingCommand>;
  readonly #options: RecordingWatchOptions;
  readonly #over = new AbortController();
  #recorder: Extract<ToScreen, { type: "recorder" }>;
  #client: RecorderClient | undefined;
  #connectedAt: Nanos;
  #detached = false;

  constructor(recorder: Extract<ToScreen, { type: "recorder" }>, options: RecordingWatchOptions) {
    const { clock, size } = options;
    this.#options = options;
    this.#recorder = recorder;
    this.#connectedAt = clock.now();
    this.store = new ScreenStore({
      initial: beginRecordingView(size, recorder.pid, clock.now()),
      reduce: reduceRecording,
      carryOut: (command) => this.#carryOut(command),
      clock,
    });
    this.hear(recorder);
  }

  hear(message: ToScreen): void {
    if (message.type === "ended") this.store.dispatch(message);
    else {
      this.#recorder = message;
      this.store.dispatch({ type: "recorder", now: this.#options.clock.now(), recorder: message });
    }
  }

  /** Until somebody leaves the screen. @returns whether the recording goes on without it */
  async run(): Promise<{ readonly detached: boolean }> {
    const following = this.#follow();
    await this.#look();
    await this.#client?.[Symbol.asyncDispose]();
    await following;
    this.store[Symbol.dispose]();
    return { detached: this.#detached };
  }

  #carryOut(command: RecordingCommand): void {
    switch (command.type) {
      case "mark":
        this.#client?.mark(command.label);
        break;
      case "rotate":
        this.#client?.rotate();
        break;
      case "stop": {
        const asked = this.#client !== undefined && command.times === 0;
        if (asked) this.#client?.stop();
        this.#options.tell({ type: "stop", signal: !asked });
        break;
      }
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

  /** Connects as soon as a recorder listens, and hands its statuses on. */
  async #follow(): Promise<void> {
    const { connectControl } = await import("../../recorder/control-client.ts");
    do {
      try {
        this.#client = await connectControl(this.#recorder.control);
        this.#connectedAt = this.#options.clock.now();
        for await (const status of this.#client.statuses) {
          if (this.store.state.status === undefined) this.#hearWords();
          this.store.dispatch({ type: "told", now: this.#options.clock.now(), status });
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
      const now = this.#options.clock.now();
      const { status, heardAt } = this.store.state;
      if (status === undefined) this.#hearWords();
      this.store.dispatch({ type: "looked", now, fileSize: sizeOfFile(status?.path) });
      if (now - Math.max(heardAt, this.#connectedAt) > RECONNECT_AFTER) await this.#client?.[Symbol.asyncDispose]();
    } while (await this.#slept(LOOK_EVERY));
  }

  #hearWords(): void {
    this.store.dispatch({ type: "said", words: wordsIn(this.#recorder.log) });
  }

  async #slept(span: Nanos): Promise<boolean> {
    const { clock } = this.#options;
    try {
      await clock.sleepUntil(plus(clock.now(), span), this.#over.signal);
      return true;
    } catch {
      return false;
    }
  }
}

function sizeOfFile(path: string | undefined): number | undefined {
  return path === undefined ? undefined : statSync(path, { throwIfNoEntry: false })?.size;
}
