import { setMaxListeners } from "node:events";
import type { Clock } from "./clock.ts";
import { type Nanos, nanos } from "./nanos.ts";
import { type Anchor, moved, steadyTimeOf, tapeTimeAt } from "./playback-anchor.ts";

export interface PlaybackOptions {
  /** Where on the tape it begins. */
  readonly at: Nanos;
  /** How many times faster than it was: 0.001 to 1,000,000. */
  readonly rate: number;
  /** Whether it runs at once; if not, `resume` starts it. */
  readonly running: boolean;
}

const NEVER = nanos(Number.MAX_SAFE_INTEGER);

/**
 * The time of a tape that is being played: a Clock whose `now` is tape time. Pausing, resuming, a new rate and a seek take a
 * new anchor and wake the sleepers, who look again; nothing else is kept, so nothing can drift. Only a seek makes it go back.
 */
export class PlaybackClock implements Clock {
  private anchor: Anchor;
  private readonly steady: Clock;
  private readonly sleepers = new Set<AbortController>();

  constructor(steady: Clock, { at, rate, running }: PlaybackOptions) {
    this.steady = steady;
    const now = steady.now();
    this.anchor = moved({ tape: at, steady: now, rate: 1, running }, now, { rate });
  }

  now(): Nanos {
    return tapeTimeAt(this.anchor, this.steady.now());
  }

  get rate(): number {
    return this.anchor.rate;
  }

  get running(): boolean {
    return this.anchor.running;
  }

  pause(): void {
    this.change({ running: false });
  }

  resume(): void {
    this.change({ running: true });
  }

  setRate(rate: number): void {
    this.change({ rate });
  }

  seek(tape: Nanos): void {
    this.change({ tape });
  }

  async sleepUntil(at: Nanos, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (this.now() < at) await this.sleep(steadyTimeOf(this.anchor, at) ?? NEVER, signal);
  }

  private change(change: Parameters<typeof moved>[2]): void {
    this.anchor = moved(this.anchor, this.steady.now(), change);
    for (const sleeper of this.sleepers) sleeper.abort();
  }

  /** Sleeps on the steady clock until then, or until the anchor changes. */
  private async sleep(until: Nanos, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const abort = (): void => woken.abort();
    setMaxListeners(0, signal);
    signal.addEventListener("abort", abort, { once: true });
    this.sleepers.add(woken);
    try {
      await this.steady.sleepUntil(until, woken.signal);
    } catch (thrown) {
      signal.throwIfAborted();
      if (!woken.signal.aborted) throw thrown;
    } finally {
      signal.removeEventListener("abort", abort);
      this.sleepers.delete(woken);
    }
  }
}
