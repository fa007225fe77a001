import type { TapeRecord } from "../tape/record.ts";
import type { PlaybackEvent } from "./playback-view.ts";
import type { ReplayStep } from "./replay-step.ts";

/** As many as a screen can show, and some to scroll back. */
const KEPT_MAX = 500;

/** The last things that happened in a playback, in order: what was fed before what was said to it. */
export class RecentEvents {
  #events: PlaybackEvent[] = [];
  #happened = 0;
  #line = 0;

  /** How many there have been, those no longer kept included. */
  get happened(): number {
    return this.#happened;
  }

  get all(): readonly PlaybackEvent[] {
    return this.#events;
  }

  take({ fed, lines, outputs }: Pick<ReplayStep, "fed" | "lines" | "outputs">): void {
    const events: PlaybackEvent[] = [];
    this.#happened += fed.length + outputs.length;
    let next = Math.max(0, fed.length - KEPT_MAX);
    const feedUntil = (at: number): void => {
      for (; next < fed.length; next += 1) {
        const record = fed[next];
        if (record === undefined || record.at > at) return;
        this.#line = lines[next] ?? this.#line;
        events.push({ type: "fed", line: this.#line, record });
      }
    };
    for (const record of outputs.slice(-KEPT_MAX)) {
      feedUntil(atOf(record));
      events.push({ type: "said", line: this.#line, record });
    }
    feedUntil(Number.POSITIVE_INFINITY);
    this.#events = [...this.#events, ...events].slice(-KEPT_MAX);
  }
}

function atOf(record: TapeRecord): number {
  return record.type === "header" ? 0 : record.at;
}
