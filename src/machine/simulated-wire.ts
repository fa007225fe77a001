import type { ChannelKind, LinkChange } from "../bytes/channel.ts";
import type { Random } from "../bytes/random.ts";
import { assert } from "../errors.ts";
import { type Nanos, nanos } from "../time/nanos.ts";

/** A virtual link between two nodes of a simulation. */
export interface WirePlan {
  readonly ends: readonly [WireEnd, WireEnd];
  readonly kind: ChannelKind;
  /** `started`: up from the beginning, and again after an outage. `asked`: opened and closed by what its ends ask for. */
  readonly opens: "started" | "asked";
  /** Nanoseconds from one end to the other: at least 1, for what is sent at a moment is not heard at the same. */
  readonly latency: number;
  /** Up to so many nanoseconds more, by chance; what was sent later never overtakes. */
  readonly jitter?: number;
  /** On a stream: what is sent arrives in pieces of 1 to so many bytes, by chance. */
  readonly piecesMax?: number;
  /** From when to when it is out of order: both ends lose it, what is under way is lost, and asking for it fails. */
  readonly outages?: readonly (readonly [from: Nanos, to: Nanos])[];
}

export interface WireEnd {
  readonly node: string;
  readonly channel: number;
}

export type EndIndex = 0 | 1;

/** What comes to one end of a wire at a time. */
export interface Arrival {
  readonly at: Nanos;
  readonly end: EndIndex;
  readonly event:
    | { readonly type: "bytes"; readonly bytes: Uint8Array }
    | { readonly type: "link"; readonly change: LinkChange };
}

/**
 * One virtual link. It answers what arrives when; whoever asks keeps the arrivals until then, and drops those of an epoch of
 * their end that is over: the link was lost, or closed by that end, under them.
 */
export class SimulatedWire {
  readonly epochs: [number, number] = [0, 0];
  readonly plan: WirePlan;
  private up = false;
  private readonly random: Random;
  /** Nothing may arrive at an end before this: order is kept. */
  private readonly notBefore: [number, number] = [0, 0];

  constructor(plan: WirePlan, random: Random) {
    assert(plan.latency >= 1, "a wire without latency would let an end hear what was sent at that very moment");
    this.plan = plan;
    this.random = random;
  }

  send(from: EndIndex, bytes: Uint8Array, at: Nanos): readonly Arrival[] {
    if (!this.up) return [];
    const end = other(from);
    return this.pieces(bytes).map((piece) => {
      return { at: this.reaches(end, at), end, event: { type: "bytes", bytes: piece } };
    });
  }

  /** The asking end hears of it after there and back, the other after there. */
  ask(from: EndIndex, link: "open" | "close", at: Nanos): readonly Arrival[] {
    const there = nanos(at + this.plan.latency);
    const back = nanos(there + this.plan.latency);
    if (link === "close") return this.close(from, at);
    if (this.up) return [];
    if (this.isOut(at)) return [{ at: back, end: from, event: { type: "link", change: "lost" } }];
    this.up = true;
    return both("open", [other(from), there], [from, back]).map((arrival) => this.noted(arrival));
  }

  /** What happens to it by itself, at the beginning and at the ends of outages. */
  begin(at: Nanos): readonly Arrival[] {
    if (this.plan.opens !== "started" || this.up || this.isOut(at)) return [];
    this.up = true;
    return both("open", [0, at], [1, at]).map((arrival) => this.noted(arrival));
  }

  breakDown(at: Nanos): readonly Arrival[] {
    if (!this.up) return [];
    this.up = false;
    this.leave(0, at);
    this.leave(1, at);
    return both("lost", [0, at], [1, at]);
  }

  /** What was sent before still comes to the other end, and then the news; what was sent to the closing end is lost. */
  private close(from: EndIndex, at: Nanos): readonly Arrival[] {
    if (!this.up) return [];
    this.up = false;
    this.leave(from, at);
    return both("close", [from, nanos(at + 1)], [other(from), this.reaches(other(from), at)]);
  }

  private leave(end: EndIndex, at: Nanos): void {
    this.epochs[end] += 1;
    this.notBefore[end] = at;
  }

  private isOut(at: Nanos): boolean {
    return (this.plan.outages ?? []).some(([from, to]) => at >= from && at < to);
  }

  private pieces(bytes: Uint8Array): readonly Uint8Array[] {
    const max = this.plan.kind === "datagram" ? undefined : this.plan.piecesMax;
    if (max === undefined || bytes.length <= 1) return [bytes];
    const pieces: Uint8Array[] = [];
    for (let start = 0; start < bytes.length; ) {
      const end = start + 1 + this.random.below(max);
      pieces.push(bytes.subarray(start, end));
      start = end;
    }
    return pieces;
  }

  private reaches(end: EndIndex, at: Nanos): Nanos {
    const jitter = this.plan.jitter ?? 0;
    const late = at + this.plan.latency + (jitter > 0 ? this.random.below(jitter + 1) : 0);
    return this.noted({ at: nanos(Math.max(late, this.notBefore[end])), end }).at;
  }

  private noted<A extends { readonly at: Nanos; readonly end: EndIndex }>(arrival: A): A {
    this.notBefore[arrival.end] = arrival.at;
    return arrival;
  }
}

const other = (end: EndIndex): EndIndex => (end === 0 ? 1 : 0);

function both(change: LinkChange, ...ends: readonly (readonly [EndIndex, Nanos])[]): readonly Arrival[] {
  return ends.map(([end, at]) => ({ at, end, event: { type: "link", change } }));
}
