import type { BatchOptions, TapeReader } from "../tape/reader.ts";
import type { ChannelRecord } from "../tape/record.ts";
import type { Clock } from "../time/clock.ts";
import { type Nanos, nanos, ZERO } from "../time/nanos.ts";
import { turn } from "../time/system-clock.ts";
import { type FeedOptions, feed, type SourceBatch } from "./feed.ts";
import { ReplayRun } from "./replay-run.ts";
import type { ReplayStep } from "./replay-step.ts";
import type { Shelf, Snapshot } from "./snapshot-shelf.ts";
import { SnapshotTaker } from "./snapshot-taker.ts";
import { StateBoard } from "./state-board.ts";
import type { OpenOptions, Subject } from "./subject.ts";
import { together } from "./together.ts";

export interface DeckOptions {
  /** Read by one run at a time. */
  readonly tape: TapeReader;
  readonly subject: Subject;
  readonly open: Omit<OpenOptions, "channels" | "snapshot">;
  readonly feed: Omit<FeedOptions, "role" | "from" | "file">;
  /** Absent: every seek is cold. */
  readonly shelf?: Shelf;
  /** Measures what a run costs. */
  readonly clock: Clock;
  /** Hold a tape that is read from its beginning against its hashes. */
  readonly verify: boolean;
}

/** The moment right before tape time `at` and before `line`: what is there has not happened yet. */
export interface Cue {
  readonly at?: Nanos;
  readonly line?: number;
}

/** How a run came to where it stands: from a snapshot or from the tape's beginning, replaying so many records. */
export interface Seek {
  readonly type: "warm" | "cold";
  readonly replayed: number;
}

/** A run that stands somewhere on the tape, with what belongs to it. */
export interface CuedRun {
  readonly run: ReplayRun;
  readonly seek: Seek;
  readonly board: StateBoard;
  /** Channels that were declared before it. */
  readonly channels: readonly ChannelRecord[];
  /** To be asked after each advance; keeps what a later seek can start from. */
  readonly taker: SnapshotTaker | undefined;
}

/** A tape and a subject, ready to be played from any place. */
export class Deck {
  readonly #options: DeckOptions;

  constructor(options: DeckOptions) {
    this.#options = options;
  }

  get tape(): TapeReader {
    return this.#options.tape;
  }

  get subject(): Subject {
    return this.#options.subject;
  }

  /** A run from the tape's beginning. */
  async begin(signal: AbortSignal): Promise<CuedRun> {
    return this.#open(undefined, signal);
  }

  /**
   * A run that stands at the cue: from the last snapshot before it, or from the beginning, forward in virtual time.
   *
   * @throws FieldtapeError SUBJECT_CRASHED, SUBJECT_HUNG on the way
   */
  async cue({ at, line }: Cue, signal: AbortSignal, onStep?: (step: ReplayStep) => void): Promise<CuedRun> {
    const byLine = line === undefined ? {} : { line };
    const limit = { ...byLine, ...(at === undefined ? {} : { at: nanos(at - 1) }) };
    const snapshot = await this.#options.shelf?.before({ ...byLine, ...(at === undefined ? {} : { at }) });
    const cued = await this.#open(snapshot, signal);
    const { run, board, taker, seek } = cued;
    const before = run.position.fed;
    const channels = [...cued.channels];
    try {
      for (;;) {
        signal.throwIfAborted();
        const step = await run.advance(limit, signal);
        if (step === undefined) break;
        board.take(step.outputs);
        for (const record of step.fed) if (record.type === "channel") channels.push(record);
        await taker?.after(run, board);
        onStep?.(step);
        await turn();
      }
    } catch (thrown) {
      await run[Symbol.asyncDispose]();
      throw thrown;
    }
    return { ...cued, channels, seek: { ...seek, replayed: run.position.fed - before } };
  }

  async #open(snapshot: Snapshot | undefined, signal: AbortSignal): Promise<CuedRun> {
    const { subject, open, shelf, clock, tape } = this.#options;
    const from = snapshot?.landmark;
    const feedOptions = {
      ...this.#options.feed,
      role: subject.role,
      file: tape.path,
      ...(from === undefined ? {} : { from }),
    };
    const fed = feed(this.#batches(snapshot), feedOptions);
    const restored = snapshot === undefined ? {} : { snapshot: snapshot.state, resume: snapshot.position };
    const runOptions = { ...open, ...restored, channels: from?.channels() ?? [], file: tape.path, clock };
    const run = await ReplayRun.open(fed, subject, runOptions, signal);
    return {
      run,
      seek: { type: snapshot === undefined ? "cold" : "warm", replayed: 0 },
      board: new StateBoard(snapshot?.said),
      channels: from?.channels() ?? [],
      taker: shelf === undefined ? undefined : new SnapshotTaker(shelf),
    };
  }

  /**
   * A border is crossed with as many records as suit the subject, where they are at hand: a pipe may be slow. Not where snapshots are
   * kept: there are places to take one between batches only.
   */
  #batches(snapshot: Snapshot | undefined): AsyncGenerator<SourceBatch, undefined> {
    const { tape, subject, shelf } = this.#options;
    const batches = this.#read(snapshot);
    return subject.atOnce === undefined || !tape.seekable || shelf !== undefined
      ? batches
      : together(batches, subject.atOnce);
  }

  async *#read(snapshot: Snapshot | undefined): AsyncGenerator<SourceBatch, undefined> {
    const { tape, verify } = this.#options;
    let options: BatchOptions = { verify };
    if (snapshot !== undefined) {
      const { byte, line, at } = snapshot.landmark.place;
      options = { fromByte: byte, fromLine: line, fromAt: at, verify: false };
    }
    for await (const batch of tape.batches(options)) {
      const { lines, bytes, schema } = tape.facts();
      const last = batch.firstLine + batch.records.length - 1;
      const record = batch.records.at(-1);
      const at = record === undefined || record.type === "header" ? ZERO : record.at;
      // Only behind the last line of a chunk is the byte known; a tape of schema 1 is read from its beginning.
      if (schema === 2 && lines === last) yield { ...batch, after: { byte: bytes, line: last + 1, at } };
      else yield batch;
    }
  }
}
