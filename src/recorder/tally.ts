import type { Dir, GapCause, LinkChange } from "../bytes/channel.ts";
import { unreachable } from "../errors.ts";
import type { Arrival, ArrivedBytes, ArrivedGap } from "../link/arrival.ts";
import type { Nanos } from "../time/nanos.ts";

/** What went one way. */
export interface Flow {
  readonly bytes: number;
  readonly reads: number;
  /** Bytes that gaps say are missing, as far as their number is known. */
  readonly lost: number;
  readonly gaps: number;
}

/** What is missing for one cause. */
export interface Loss {
  readonly cause: GapCause;
  readonly gaps: number;
  /** Bytes, as far as their number is known. */
  readonly lost: number;
}

export interface ChannelTally {
  readonly channel: number;
  readonly name: string;
  readonly source: string;
  /** The last change of its link; `undefined`: it has not opened yet. */
  readonly link: LinkChange | undefined;
  readonly rx: Flow;
  readonly tx: Flow;
}

/** One read, for a live view: how long it was, and how it begins. */
export interface TailEntry {
  /** Counts all reads of the recording, from 1. */
  readonly number: number;
  readonly at: Nanos;
  readonly channel: number;
  readonly dir: Dir;
  readonly length: number;
  readonly start: Uint8Array;
}

type CountingFlow = { -readonly [Member in keyof Flow]: Flow[Member] };

interface CountingChannel extends Omit<ChannelTally, "link"> {
  link: LinkChange | undefined;
  readonly rx: CountingFlow;
  readonly tx: CountingFlow;
}

/** Closed channels are kept for a look back, but not all of a year's. */
const CHANNELS_KEPT = 200;
const TAIL_LENGTH = 64;
const TAIL_START = 64;

/** Counts what is recorded: in all, for each channel, and the last few reads. */
export class Tally {
  readonly rx: CountingFlow = noFlow();
  readonly tx: CountingFlow = noFlow();
  marks = 0;
  events = 0;
  readonly #losses = new Map<GapCause, { gaps: number; lost: number }>();
  readonly #channels = new Map<number, CountingChannel>();
  #tail: TailEntry[] = [];

  take(arrival: Arrival): void {
    switch (arrival.type) {
      case "raw":
        this.#read(arrival);
        break;
      case "gap":
        this.#missed(arrival);
        break;
      case "channel": {
        const { channel, name, source } = arrival;
        this.#channels.set(channel, { channel, name, source, link: undefined, rx: noFlow(), tx: noFlow() });
        break;
      }
      case "link":
        this.#changed(arrival.channel, arrival.event);
        break;
      case "mark":
        this.marks += 1;
        break;
      case "input":
      case "output":
        this.events += 1;
        break;
      case "wall":
        break;
      default:
        unreachable(arrival);
    }
  }

  channel(number: number): ChannelTally | undefined {
    return this.#channels.get(number);
  }

  /** Copies, in the order of their declaration: open ones and those that closed last. */
  get channels(): readonly ChannelTally[] {
    return [...this.#channels.values()].map((one) => ({ ...one, rx: { ...one.rx }, tx: { ...one.tx } }));
  }

  /** One for each cause there has been. */
  get losses(): readonly Loss[] {
    return [...this.#losses].map(([cause, { gaps, lost }]) => ({ cause, gaps, lost }));
  }

  /** The last reads, oldest first. */
  get tail(): readonly TailEntry[] {
    return this.#tail.slice(-TAIL_LENGTH);
  }

  #read({ at, channel, dir, bytes }: ArrivedBytes): void {
    for (const flow of this.#flows(channel, dir)) {
      flow.bytes += bytes.length;
      flow.reads += 1;
    }
    if (this.#tail.length >= 2 * TAIL_LENGTH) this.#tail = this.#tail.slice(-TAIL_LENGTH);
    this.#tail.push({
      number: this.rx.reads + this.tx.reads,
      at,
      channel,
      dir,
      length: bytes.length,
      start: bytes.slice(0, TAIL_START),
    });
  }

  #missed({ channel, dir, cause, bytes }: ArrivedGap): void {
    const loss = this.#losses.get(cause) ?? { gaps: 0, lost: 0 };
    this.#losses.set(cause, { gaps: loss.gaps + 1, lost: loss.lost + (bytes ?? 0) });
    // What nobody recorded was lost on every channel and both ways: it is counted once, in all and as rx.
    for (const flow of channel === undefined ? [this.rx] : this.#flows(channel, dir ?? "rx")) {
      flow.gaps += 1;
      flow.lost += bytes ?? 0;
    }
  }

  #flows(channel: number, dir: Dir): readonly CountingFlow[] {
    const one = this.#channels.get(channel);
    return one === undefined ? [this[dir]] : [this[dir], one[dir]];
  }

  #changed(channel: number, link: LinkChange): void {
    const one = this.#channels.get(channel);
    if (one !== undefined) one.link = link;
    if (this.#channels.size <= CHANNELS_KEPT || !isOver(link)) return;
    for (const [number, other] of this.#channels) {
      if (!isOver(other.link)) continue;
      this.#channels.delete(number);
      if (this.#channels.size <= CHANNELS_KEPT) return;
    }
  }
}

const noFlow = (): CountingFlow => ({ bytes: 0, reads: 0, lost: 0, gaps: 0 });

const isOver = (link: LinkChange | undefined): boolean => link === "close" || link === "reset" || link === "lost";
