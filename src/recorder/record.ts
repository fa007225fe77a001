import { FieldtapeError } from "../errors.ts";
import type { Source, SourceEnd } from "../link/source.ts";
import type { TapeWriter } from "../tape/writer.ts";
import { millis, type Nanos, nanos, plus, ZERO } from "../time/nanos.ts";
import { LABEL_LENGTH_MAX } from "./application-events.ts";
import type { ArrivalRedaction } from "./arrival-redaction.ts";
import { type Decoder, Decoding } from "./decoding.ts";
import type { EventSource } from "./event-source.ts";
import { Intake, type LinkNotice } from "./intake.ts";
import type { RecordingStart } from "./start.ts";
import type { RecordingStatus } from "./status.ts";
import { watchWall } from "./wall-watch.ts";

export interface RecordingOptions extends RecordingStart {
  /** One turn of the event loop: links go first. */
  readonly turn: () => Promise<void>;
  readonly sources: readonly Source[];
  readonly events: readonly EventSource[];
  readonly writer: TapeWriter;
  readonly decoder?: Decoder;
  /** Before anything reaches the tape. */
  readonly redaction?: ArrivalRedaction;
  /** Stop by itself after so long. */
  readonly duration?: Nanos;
  /** Hears of every link that changes, as it goes onto the tape. */
  readonly notice?: (notice: LinkNotice) => void;
  /** Hears at once that nothing is decoded any more. */
  readonly undecoded?: (failure: FieldtapeError) => void;
}

/** How a recording went; whatever failed, the tape is valid and closed as well as it can be. */
export interface RecordingResult {
  readonly reason: StopReason;
  readonly status: RecordingStatus;
  /** A link that was lost for good, or the disk. */
  readonly failure: FieldtapeError | undefined;
  readonly decodeFailure: FieldtapeError | undefined;
  /** Records that had arrived and are not on the tape because the disk failed. */
  readonly unrecorded: number;
}

export type StopReason = "stop" | "duration" | "eof" | "link-lost" | "disk-full" | "output-failed";

/** So long arrivals gather before they are written: a message's way through a tap is not lengthened by its record's. */
const GATHER = millis(2);
/**
 * A killed process may lose 50 ms. The writer hands its lines to the system after 40 ms at most; a recording that is awake
 * does so earlier, so that the promise holds on a busy machine as well.
 */
const FLUSH_AFTER = millis(20);
/** What is written in one turn of the event loop, in bytes of memory: the links have the next turn. */
const BATCH = 256 * 1024;

/**
 * One recording: takes what arrives to the tape until it is stopped, its sources have ended, or the disk fails. It knows no
 * terminal: whoever shows or steers it asks for `status` and calls `mark`, `rotate` and `stop`.
 */
export class RecordingSession {
  readonly #options: RecordingOptions;
  readonly #intake: Intake;
  readonly #stopping = new AbortController();
  #state: RecordingStatus["state"] = "recording";
  #reason: StopReason = "stop";
  #failure: FieldtapeError | undefined;
  #rotationAsked = false;
  #decodeFailureNoted = false;
  #flushedAt: Nanos = ZERO;
  #closing: Promise<void> | undefined;

  constructor(options: RecordingOptions) {
    this.#options = options;
    const decoding = options.decoder === undefined ? undefined : new Decoding(options.decoder, options.clock);
    this.#intake = new Intake(options.writer, {
      decoding,
      redaction: options.redaction,
      notice: options.notice,
    });
  }

  /** Records until it is over. Never rejects for what is outside: the result says what failed. */
  async run(): Promise<RecordingResult> {
    const { arrivals, clock, wall, writer } = this.#options;
    const { signal } = this.#stopping;
    void watchWall(arrivals, clock, wall, signal);
    void this.#stopAfterDuration(signal);
    void this.#stopWithSources();
    void writer.failed.then((failure) => this.#diskFailed(failure));
    try {
      while (await this.#more()) {
        await this.#gather(signal);
        await this.#writeWaiting();
        const now = arrivals.now();
        if (arrivals.empty && now > 0) await this.#intake.elapse(nanos(now - 1));
        this.#noteDecodeFailure();
        this.#flushWhenDue(now);
      }
      await writer.close({ reason: this.#reason, at: await this.#intake.end(arrivals.now()) });
    } catch (thrown) {
      if (!(thrown instanceof FieldtapeError)) return await this.#giveUp(thrown);
      await this.#diskFailed(thrown);
      await writer.close({ reason: this.#reason }).catch(() => {});
    }
    this.#state = "stopped";
    const decodeFailure = this.#intake.decoding?.failure;
    const unrecorded = writer.lost.lines + arrivals.count;
    return { reason: this.#reason, status: this.status(), failure: this.#failure, decodeFailure, unrecorded };
  }

  /** What it is doing now. */
  status(): RecordingStatus {
    const { arrivals, writer } = this.#options;
    const { tally, decoding, outputs, records } = this.#intake;
    const { rx, tx, losses, channels, marks, events, tail } = tally;
    const failed = decoding?.failure === undefined ? {} : { decodeFailure: decoding.failure.message };
    return {
      state: this.#state,
      at: arrivals.now(),
      path: writer.path,
      records: Math.max(0, records - writer.lost.lines),
      rx: { ...rx },
      tx: { ...tx },
      losses,
      channels,
      marks,
      events,
      ...(decoding === undefined ? {} : { outputs }),
      ...failed,
      waiting: arrivals.waiting,
      tail,
    };
  }

  /** Puts a person's note on the tape. */
  mark(label: string): void {
    if (this.#state === "recording") this.#options.arrivals.mark(label.slice(0, LABEL_LENGTH_MAX));
  }

  /** Ends this segment of the tape and begins the next. */
  rotate(): void {
    this.#rotationAsked = true;
    this.#options.arrivals.nudge();
  }

  /** Reads no more and ends the tape; what was read by now is on it. `run` resolves when that is done. */
  stop(reason: StopReason = "stop"): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  async #close(reason: StopReason): Promise<void> {
    const { turn, sources, events, arrivals } = this.#options;
    this.#state = "stopping";
    this.#reason = reason;
    // What has reached this machine by now is still read: the links have two turns.
    await turn();
    await turn();
    this.#stopping.abort();
    await Promise.allSettled([...sources, ...events].map((one) => one.close()));
    arrivals.end();
  }

  /** Resolves when something is to be done; false: nothing ever will be. */
  async #more(): Promise<boolean> {
    const { arrivals, clock, origin } = this.#options;
    const { deadline } = this.#intake;
    if (deadline === undefined) return arrivals.next();
    const enough = new AbortController();
    const due = clock.sleepUntil(plus(origin, deadline + 1), enough.signal).then(() => true);
    try {
      return await Promise.race([arrivals.next(), due]);
    } finally {
      enough.abort();
    }
  }

  async #gather(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    if (!signal.aborted) await clock.sleepUntil(plus(clock.now(), GATHER), signal).catch(() => {});
  }

  async #writeWaiting(): Promise<void> {
    const { arrivals, writer, turn } = this.#options;
    for (let batch = arrivals.take(BATCH); batch.length > 0; batch = arrivals.take(BATCH)) {
      await this.#intake.take(batch);
      this.#rotateIfAsked();
      await writer.drained();
      await turn();
    }
    this.#rotateIfAsked();
  }

  #rotateIfAsked(): void {
    if (this.#rotationAsked) this.#options.writer.rotate();
    this.#rotationAsked = false;
  }

  #flushWhenDue(now: Nanos): void {
    if (now - this.#flushedAt < FLUSH_AFTER) return;
    this.#flushedAt = now;
    // A disk that fails is told by the next write.
    this.#options.writer.flush().catch(() => {});
  }

  #noteDecodeFailure(): void {
    const failure = this.#intake.decoding?.failure;
    if (failure === undefined || this.#decodeFailureNoted) return;
    this.#decodeFailureNoted = true;
    this.#options.undecoded?.(failure);
    this.#options.arrivals.mark(`decoding stopped: ${failure.message}`.slice(0, LABEL_LENGTH_MAX));
  }

  async #stopAfterDuration(signal: AbortSignal): Promise<void> {
    const { clock, origin, duration } = this.#options;
    if (duration === undefined) return;
    try {
      await clock.sleepUntil(plus(origin, duration), signal);
    } catch {
      return;
    }
    await this.stop("duration");
  }

  async #stopWithSources(): Promise<void> {
    const ends = await Promise.all(this.#options.sources.map((source) => source.ended));
    if (this.#closing !== undefined) return;
    const lost = ends.find((end): end is Extract<SourceEnd, { reason: "link-lost" }> => end.reason === "link-lost");
    this.#failure = lost?.error;
    await this.stop(lost === undefined ? "eof" : "link-lost");
  }

  /** A bug of ours: what was recorded is kept, and the links are let go. */
  async #giveUp(thrown: unknown): Promise<never> {
    await this.stop("output-failed");
    await this.#options.writer[Symbol.asyncDispose]();
    throw thrown;
  }

  async #diskFailed(failure: FieldtapeError): Promise<void> {
    const reason = failure.code === "DISK_FULL" ? "disk-full" : "output-failed";
    this.#failure = failure;
    await this.stop(reason);
    this.#reason = reason;
  }
}
