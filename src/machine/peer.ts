import { unreachable } from "../errors.ts";
import { type Nanos, nanos } from "../time/nanos.ts";
import type { ChainInput, ChainSink } from "./chain-plan.ts";
import { DeadlineQueue } from "./deadline-queue.ts";
import type { Machine } from "./machine.ts";
import { type Alarm, Seat } from "./seat.ts";

/** What the other end of a wire hears, when it is a machine that knows nothing but its wire: a simulated device. */
export type PeerInput =
  | { readonly type: "open" }
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly type: "close" };

/** A machine that answers with bytes. */
export type PeerMachine<C, S = unknown> = Machine<C, S, PeerInput, Uint8Array>;

/** Plays a peer machine, one instance for each channel, as one of the nodes of a simulation. */
export class Peer<C> {
  private readonly queue = new DeadlineQueue<Alarm>();
  private readonly seats = new Map<number, Seat<PeerInput, Uint8Array>>();
  private readonly machine: PeerMachine<C>;
  private readonly config: C;
  private readonly sink: ChainSink;

  constructor(machine: PeerMachine<C>, config: C, sink: ChainSink) {
    this.machine = machine;
    this.config = config;
    this.sink = sink;
  }

  get deadline(): number | undefined {
    return this.queue.first?.due;
  }

  take(record: ChainInput): void {
    if (record.type === "gap" || record.type === "input" || record.type === "end") return;
    const seat = this.seat(record.channel, record.at);
    const input = peerInput(record);
    if (input !== undefined) this.sends(seat, record.channel, seat.step(input, record.at), record.at);
  }

  elapse(until: Nanos): void {
    for (let first = this.queue.first; first !== undefined && first.due <= until; first = this.queue.first) {
      first.elapse(nanos(first.due));
    }
  }

  private seat(channel: number, at: Nanos): Seat<PeerInput, Uint8Array> {
    const known = this.seats.get(channel);
    if (known !== undefined) return known;
    const state = this.machine.initial(this.config);
    const place = { channel, rank: "session" } as const;
    const part = { name: this.machine.name, machine: this.machine };
    const seat: Seat<PeerInput, Uint8Array> = new Seat(part, place, state, (outputs, heardAt) =>
      this.sends(seat, channel, outputs, heardAt),
    );
    this.seats.set(channel, seat);
    seat.wait(this.queue, at);
    return seat;
  }

  private sends(seat: Seat<PeerInput, Uint8Array>, channel: number, outputs: readonly Uint8Array[], at: Nanos): void {
    seat.wait(this.queue, at);
    for (const bytes of outputs) this.sink.sends(at, channel, bytes);
  }
}

/** A wire of which one half is closed can still be spoken on. */
function peerInput(record: Extract<ChainInput, { type: "channel" | "link" | "raw" }>): PeerInput | undefined {
  switch (record.type) {
    case "channel":
      return undefined;
    case "raw":
      return { type: "bytes", bytes: record.bytes };
    case "link":
      if (record.event === "half-close") return undefined;
      return { type: record.event === "open" ? "open" : "close" };
    default:
      return unreachable(record);
  }
}
