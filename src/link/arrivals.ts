import { isDeepStrictEqual } from "node:util";
import type { Dir, GapCause, LinkChange } from "../bytes/channel.ts";
import type { Clock } from "../time/clock.ts";
import { type Nanos, nanos } from "../time/nanos.ts";
import {
  type ApplicationEvent,
  type Arrival,
  type ArrivedChannel,
  type ChannelDeclaration,
  type LinkDetail,
  weightOf,
} from "./arrival.ts";

export interface ArrivalsOptions {
  readonly clock: Clock;
  /** The clock's reading at the tape's `at` 0. */
  readonly origin: Nanos;
  /** Most memory that may wait for the writer, in bytes. Default 64 MiB. */
  readonly bytesMax?: number;
  /** What stands on the tape already. */
  readonly before?: ArrivedBefore;
}

/** What a recording that goes on finds on its tape. */
export interface ArrivedBefore {
  /** Of the last record. */
  readonly at: Nanos;
  /** By number. One that is declared again just as it was keeps its number. */
  readonly channels: readonly ArrivedChannel[];
  /** Those whose link was open to the last. */
  readonly open: readonly ArrivedChannel[];
}

const BYTES_MAX_DEFAULT = 64 * 1024 * 1024;

/** A loss that is still going on: it stands in the queue where it began and grows until it is taken from there. */
interface Loss {
  readonly type: "gap";
  readonly at: Nanos;
  readonly channel: number;
  readonly dir: Dir;
  readonly cause: "queue";
  bytes: number;
}

/**
 * The one queue between all links and the writer of the tape: stamps what arrives, in the order in which it arrives, and
 * holds at most `bytesMax`. Beyond that payload is *lost from the recording* (a tap still forwards it): each loss stands in
 * the queue where it began, a `gap` of cause `queue` with its number of bytes, per channel and direction. Once full, the
 * queue takes payload again when half of it is free, so that one overload is one gap and not thousands. Links' own changes,
 * marks and gaps are always taken: they are few, and a loss is measured by them.
 *
 * A source that would rather wait than lose asks `crowded` after each arrival, and stops reading until `whenRoomy` calls.
 */
export class Arrivals {
  readonly #clock: Clock;
  readonly #origin: Nanos;
  readonly #bytesMax: number;
  #queue: Arrival[] = [];
  #head = 0;
  #waiting = 0;
  #last: number;
  #channels: number;
  readonly #former: ArrivedChannel[];
  #full = false;
  #ended = false;
  #losses: Loss[] = [];
  #eventsLost = 0;
  #wake: (() => void) | undefined;
  #roomy: (() => void)[] = [];

  constructor(options: ArrivalsOptions) {
    this.#clock = options.clock;
    this.#origin = options.origin;
    this.#bytesMax = options.bytesMax ?? BYTES_MAX_DEFAULT;
    const { before } = options;
    this.#last = before?.at ?? 0;
    this.#former = [...(before?.channels ?? [])];
    this.#channels = (this.#former.at(-1)?.channel ?? -1) + 1;
    if (before !== undefined) this.#resume(before);
  }

  /** Tape time now; never goes back. */
  now(): Nanos {
    this.#last = Math.max(this.#last, this.#clock.now() - this.#origin);
    return nanos(this.#last);
  }

  /** Declares a wire and answers with its number. */
  channel(declaration: ChannelDeclaration): number {
    const former = this.#former.findIndex((one) => isDeepStrictEqual(declarationOf(one), declaration));
    const channel = (former < 0 ? undefined : this.#former.splice(former, 1)[0]?.channel) ?? this.#channels++;
    this.#put({ type: "channel", at: this.now(), channel, ...declaration });
    return channel;
  }

  /** How many wires are declared: their numbers are those below. */
  get channelCount(): number {
    return this.#channels;
  }

  link(channel: number, event: LinkChange, detail: LinkDetail = {}): void {
    this.#put({ type: "link", at: this.now(), channel, event, ...detail });
  }

  /**
   * Bytes as one read returned them, memory and all. `at` is a reading of `now()` from the same turn of the event loop: a
   * tap stamps first, forwards, and hands over then.
   */
  raw(channel: number, dir: Dir, bytes: Uint8Array, at: Nanos = this.now()): void {
    if (bytes.length === 0) return;
    const arrival: Arrival = { type: "raw", at, channel, dir, bytes };
    if (this.#takes(arrival)) this.#put(arrival);
    else this.#lose(at, channel, dir, bytes.length);
  }

  /** Bytes that were lost before we could read them; `bytes` where their number is known. */
  gap(channel: number, dir: Dir, cause: GapCause, bytes?: number): void {
    this.#put({ type: "gap", at: this.now(), channel, dir, cause, ...(bytes === undefined ? {} : { bytes }) });
  }

  mark(label: string): void {
    this.#put({ type: "mark", at: this.now(), label });
  }

  /** Anchors the tape to the date, now or (the first of all arrivals) at the tape's beginning. */
  wall(wall: string, step: number, at: Nanos = this.now()): void {
    this.#put({ type: "wall", at, wall, step });
  }

  /** An application's event. Those lost from a full queue are counted in a fault before the next one. */
  event(event: ApplicationEvent, size: number): void {
    const arrival: Arrival = { ...event, at: this.now(), size };
    if (!this.#takes(arrival)) {
      this.#eventsLost += 1;
      return;
    }
    this.#sayEventsLost();
    this.#put(arrival);
  }

  /** Whether so much waits that a source which can wait should do so. */
  get crowded(): boolean {
    return this.#waiting > this.#bytesMax / 2;
  }

  /** Calls back once, as soon as it is not crowded. */
  whenRoomy(callback: () => void): void {
    if (this.crowded) this.#roomy.push(callback);
    else callback();
  }

  /** Memory that waits for the writer, in bytes. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Arrivals that wait for the writer. */
  get count(): number {
    return this.#queue.length - this.#head;
  }

  /** Nothing more will come; what waits can still be taken. */
  end(): void {
    this.#sayEventsLost();
    this.#ended = true;
    this.#wake?.();
  }

  get empty(): boolean {
    return this.#head === this.#queue.length;
  }

  /** Wakes whoever waits in `next`, although nothing has come. */
  nudge(): void {
    this.#wake?.();
  }

  /** Resolves with true when something waits (or after a nudge), with false when it has ended and nothing does. One caller at a time. */
  async next(): Promise<boolean> {
    if (this.empty && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    return !this.empty || !this.#ended;
  }

  /** What has waited longest, in order: arrivals of about `weightMax` bytes of memory; at least one, if any waits. */
  take(weightMax: number): readonly Arrival[] {
    let end = this.#head;
    let weight = 0;
    for (; end < this.#queue.length && weight < weightMax; end += 1) {
      const arrival = this.#queue[end];
      if (arrival !== undefined) weight += weightOf(arrival);
    }
    const taken = this.#queue.slice(this.#head, end);
    this.#head = end;
    this.#forget();
    this.#closeLosses(taken);
    this.#waiting -= weight;
    if (this.#waiting <= this.#bytesMax / 2) this.#makeRoom();
    return taken;
  }

  /** Nobody recorded since the last record: a gap everywhere, and links whose end nobody saw. */
  #resume({ at, open }: ArrivedBefore): void {
    for (const channel of open) {
      this.#put({ ...channel, at });
      this.#put({ type: "link", at, channel: channel.channel, event: "open" });
    }
    this.#put({ type: "gap", at, cause: "paused" });
    for (const { channel } of open) {
      this.#put({ type: "link", at, channel, event: "lost", reason: "the recording was interrupted" });
    }
  }

  #put(arrival: Arrival): void {
    this.#queue.push(arrival);
    this.#waiting += weightOf(arrival);
    this.#wake?.();
  }

  #takes(arrival: Arrival): boolean {
    if (this.#waiting + weightOf(arrival) > this.#bytesMax) this.#full = true;
    return !this.#full;
  }

  #lose(at: Nanos, channel: number, dir: Dir, bytes: number): void {
    const open = this.#losses.find((loss) => loss.channel === channel && loss.dir === dir);
    if (open !== undefined) {
      open.bytes += bytes;
      return;
    }
    const loss: Loss = { type: "gap", at, channel, dir, cause: "queue", bytes };
    this.#losses.push(loss);
    this.#put(loss);
  }

  #sayEventsLost(): void {
    if (this.#eventsLost === 0) return;
    const value = { type: "fault", fault: "lost", events: this.#eventsLost };
    this.#eventsLost = 0;
    this.#put({ type: "output", at: this.now(), machine: "application", value, size: 0 });
  }

  /** A loss that the writer has got must not grow any more. */
  #closeLosses(taken: readonly Arrival[]): void {
    if (this.#losses.length === 0) return;
    const written = new Set<unknown>(taken);
    this.#losses = this.#losses.filter((loss) => !written.has(loss));
  }

  #makeRoom(): void {
    this.#full = false;
    this.#losses = [];
    const callbacks = this.#roomy;
    this.#roomy = [];
    for (const callback of callbacks) callback();
  }

  /** Lets go of what was taken, now and then, so that taking costs the same however much waits. */
  #forget(): void {
    if (this.#head === this.#queue.length) this.#queue = [];
    else if (this.#head > 4096 && this.#head * 2 > this.#queue.length) this.#queue = this.#queue.slice(this.#head);
    else return;
    this.#head = 0;
  }
}

const declarationOf = ({ name, kind, source, settings }: ArrivedChannel): ChannelDeclaration => ({
  name,
  kind,
  source,
  settings,
});
