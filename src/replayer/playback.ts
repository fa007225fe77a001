import type { Predicate } from "../tape/predicate.ts";
import type { Clock } from "../time/clock.ts";
import { type Nanos, ZERO } from "../time/nanos.ts";
import { PlaybackClock } from "../time/playback-clock.ts";
import { turn } from "../time/system-clock.ts";
import type { Cue, CuedRun, Deck } from "./deck.ts";
import { Lateness } from "./lateness.ts";
import { awaitTurn, type Pace } from "./pace.ts";
import { PlaybackScene } from "./playback-scene.ts";
import type { PlaybackView } from "./playback-view.ts";
import { RecentEvents } from "./recent-events.ts";
import type { ReplayStep } from "./replay-step.ts";
import { eventsUntil, oneEvent } from "./single-step.ts";

export interface PlaybackOptions {
  /** Paces it: a `PlaybackClock` over it is the tape's time. */
  readonly clock: Clock;
  readonly rate: number;
  readonly maxGap?: Nanos;
  /** Begins here, and so does every round of a loop. */
  readonly from?: Cue;
  /** Plays so many rounds; without end: Infinity. */
  readonly rounds?: number;
}

/**
 * A replay that a person plays: play, pause, rate, step, step back, seek, breakpoint, loop. It knows no screen: whoever shows
 * it subscribes and reads `view`. Commands are carried out one after the other; a new one ends a seek under way.
 */
export class Playback implements AsyncDisposable {
  readonly #deck: Deck;
  readonly #options: PlaybackOptions;
  readonly #pace: Pace;
  readonly #scene = new PlaybackScene();
  readonly #listeners = new Set<() => void>();
  readonly #life = new AbortController();
  #cued: CuedRun;
  #predicate: Predicate | undefined;
  #commands: Promise<void> = Promise.resolve();
  #playing: { readonly pausing: AbortController; readonly over: Promise<void> } | undefined;
  #seeking: AbortController | undefined;

  private constructor(deck: Deck, cued: CuedRun, options: PlaybackOptions) {
    const { clock, rate, maxGap } = options;
    this.#deck = deck;
    this.#cued = cued;
    this.#options = options;
    const playbackClock = new PlaybackClock(clock, { at: ZERO, rate, running: false });
    const gap = maxGap === undefined ? {} : { maxGap };
    this.#pace = { clock: playbackClock, lateness: new Lateness(), ...gap };
  }

  /** Stands, paused, where it is to begin. @throws FieldtapeError SUBJECT_CRASHED, SUBJECT_HUNG on the way there */
  static async open(deck: Deck, options: PlaybackOptions, signal: AbortSignal): Promise<Playback> {
    const { from } = options;
    const playback = new Playback(deck, await deck.begin(signal), options);
    if (from !== undefined) await playback.seek(from);
    return playback;
  }

  get view(): PlaybackView {
    return this.#scene.view(this.#cued, this.#pace.clock.rate);
  }

  /** Calls back after each change; the answer ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Goes on playing until it is paused, hits a breakpoint or ends. */
  play(): Promise<void> {
    return this.#order(async () => {
      if (this.#scene.status === "ended" || this.#scene.status === "failed") return;
      const pausing = new AbortController();
      this.#playing = { pausing, over: this.#playOn(pausing.signal) };
    });
  }

  pause(): Promise<void> {
    return this.#order(async () => {});
  }

  /** How many times faster than it was: 0.001 to 1,000,000. It goes on playing meanwhile. */
  setRate(rate: number): void {
    this.#pace.clock.setRate(rate);
    this.#changed();
  }

  /** Stops after each record or output that matches; `undefined`: nowhere. */
  breakAt(predicate: Predicate | undefined): Promise<void> {
    return this.#order(async () => {
      this.#predicate = predicate;
    });
  }

  /** The next record, or the subject's next deadline, whichever comes first. */
  step(): Promise<void> {
    return this.#order(() =>
      this.#trying(async () => {
        if (this.#scene.status === "failed") return;
        this.#scene.release();
        const step = await oneEvent(this.#cued.run, this.#life.signal);
        if (step === undefined) this.#scene.status = "ended";
        else await this.#take(step);
      }),
    );
  }

  /** As if the last step had not been made. It is a seek. */
  stepBack(): Promise<void> {
    return this.#order(async () => {
      const here = this.#cued.run.position;
      const base: Cue = here.fed === 0 ? { at: ZERO } : { line: here.line };
      if (!(await this.#cue(base))) return;
      const count = await eventsUntil(this.#cued.run, here, this.#life.signal);
      // Counting has moved the run: once more, and all but the last of them.
      if (!(await this.#cue(base))) return;
      await this.#trying(async () => {
        for (let left = count - 1; left > 0; left -= 1) {
          const step = await oneEvent(this.#cued.run, this.#life.signal);
          if (step !== undefined) await this.#take(step);
        }
      });
    });
  }

  /** Goes to the moment right before the cue. */
  seek(cue: Cue): Promise<void> {
    return this.#order(async () => {
      await this.#cue(cue);
    });
  }

  /** Resolves when it stands still: paused, ended, failed or at a breakpoint, and nothing is waiting to be done. */
  async still(): Promise<void> {
    await this.#commands;
    await this.#playing?.over;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#order(async () => this.#life.abort());
    await this.#cued.run[Symbol.asyncDispose]();
  }

  /** Commands wait for each other; each one ends what is going on by itself. */
  #order(command: () => Promise<void>): Promise<void> {
    this.#seeking?.abort();
    const done = this.#commands.then(async () => {
      this.#playing?.pausing.abort();
      await this.#playing?.over;
      this.#playing = undefined;
      await command();
      this.#changed();
    });
    this.#commands = done.catch(() => {});
    return done;
  }

  /** What fails in the subject is shown, not thrown: the person at the screen may seek back and look. */
  async #trying(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      if (this.#life.signal.aborted) return;
      this.#scene.status = "failed";
      this.#scene.failure = thrown;
    }
  }

  /** Whether it got there; a seek that fails or is overtaken leaves everything where it was. */
  async #cue(cue: Cue): Promise<boolean> {
    const seeking = new AbortController();
    const before = this.#scene.status;
    const recent = new RecentEvents();
    this.#seeking = seeking;
    this.#scene.status = "seeking";
    this.#changed();
    try {
      const cued = await this.#deck.cue(cue, seeking.signal, (step) => recent.take(step));
      await this.#cued.run[Symbol.asyncDispose]();
      this.#cued = cued;
      await this.#scene.arrive(cued, cue, recent);
      this.#pace.clock.seek(this.#scene.at);
      return true;
    } catch (thrown) {
      this.#scene.status = before;
      if (!seeking.signal.aborted) this.#scene.failure = thrown;
      return false;
    } finally {
      this.#seeking = undefined;
    }
  }

  async #playOn(pausing: AbortSignal): Promise<void> {
    this.#scene.release();
    this.#scene.status = "playing";
    this.#pace.clock.resume();
    this.#changed();
    await this.#trying(async () => {
      while (this.#scene.status === "playing" && (await this.#playNext(pausing))) await turn();
    });
    this.#pace.clock.pause();
    if (this.#scene.status === "playing") this.#scene.status = "paused";
    this.#changed();
  }

  /** Plays what is due next, when it is due; whether there may be more. Pausing ends only the waiting for it. */
  async #playNext(pausing: AbortSignal): Promise<boolean> {
    const { run } = this.#cued;
    const next = await run.upcoming();
    if (next === undefined) return this.#nextRound();
    try {
      const now = await awaitTurn(this.#pace, run.position.at, next.at, pausing);
      const single = this.#predicate !== undefined;
      const step = single ? await oneEvent(run, this.#life.signal) : await run.advance({ at: now }, this.#life.signal);
      if (step !== undefined) await this.#take(step);
    } catch (thrown) {
      if (pausing.aborted) return false;
      throw thrown;
    }
    this.#changed();
    return !pausing.aborted;
  }

  async #nextRound(): Promise<boolean> {
    this.#scene.rounds += 1;
    const again =
      this.#scene.rounds < (this.#options.rounds ?? 1) && (await this.#cue(this.#options.from ?? { at: ZERO }));
    this.#scene.status = again ? "playing" : "ended";
    return again;
  }

  async #take(step: ReplayStep): Promise<void> {
    const { run, board, taker } = this.#cued;
    const hit = this.#scene.take(step, run.position.line, this.#predicate);
    board.take(step.outputs);
    await taker?.after(run, board);
    if (hit || this.#scene.status !== "playing") this.#pace.clock.seek(step.at);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
