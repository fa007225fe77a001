import type { Predicate } from "../tape/predicate.ts";
import type { ChannelRecord, TapeRecord } from "../tape/record.ts";
import { type Nanos, nanos, ZERO } from "../time/nanos.ts";
import { firstHit, type Hit } from "./breakpoint.ts";
import type { Cue, CuedRun, Seek } from "./deck.ts";
import type { PlaybackView } from "./playback-view.ts";
import { RecentEvents } from "./recent-events.ts";
import type { ReplayStep } from "./replay-step.ts";

/** What there is to see of a playback, as it goes on. */
export class PlaybackScene {
  status: PlaybackView["status"] = "paused";
  rounds = 0;
  failure: unknown;
  /** Tape time of what happened last. */
  at: Nanos = ZERO;
  #recent = new RecentEvents();
  #hit: Hit | undefined;
  /** Outputs of the step that hit a breakpoint, said after its match: they come when it goes on. */
  #withheld: readonly TapeRecord[] = [];
  #seek: Seek | undefined;
  #channels: ChannelRecord[] = [];

  view({ run, board }: CuedRun, rate: number): PlaybackView {
    const { line, fed } = run.position;
    const { status, at, rounds, failure } = this;
    const { all: recent, happened } = this.#recent;
    const channels = this.#channels;
    const shown = { recent, happened, channels, states: board.said, hit: this.#hit, seek: this.#seek };
    return { status, at, line, fed, rate, ...shown, rounds, failure };
  }

  /** The run stands at the cue; `recent` is what it passed on the way. */
  async arrive({ run, seek, channels }: CuedRun, cue: Cue, recent: RecentEvents): Promise<void> {
    const next = await run.upcoming();
    const there = next?.at ?? run.position.at;
    this.at = nanos(Math.max(0, Math.min(cue.at ?? there, there)));
    this.#recent = recent;
    this.#seek = seek;
    this.#channels = [...channels];
    this.status = next === undefined ? "ended" : "paused";
    this.failure = undefined;
    this.#hit = undefined;
    this.#withheld = [];
  }

  /** The run made a step; whether it hit the breakpoint. */
  take(step: ReplayStep, line: number, predicate: Predicate | undefined): boolean {
    const hit = predicate === undefined ? undefined : firstHit(step, line, predicate);
    const said = hit?.said ?? step.outputs.length;
    this.at = step.at;
    for (const record of step.fed) if (record.type === "channel") this.#channels.push(record);
    this.#recent.take({ ...step, outputs: step.outputs.slice(0, said) });
    this.#withheld = step.outputs.slice(said);
    this.#hit = hit;
    this.#seek = undefined;
    if (hit !== undefined) this.status = "paused";
    return hit !== undefined;
  }

  /** Goes on: says what came after the breakpoint's match. */
  release(): void {
    if (this.#withheld.length > 0) this.#recent.take({ fed: [], lines: [], outputs: this.#withheld });
    this.#withheld = [];
    this.#hit = undefined;
  }
}
