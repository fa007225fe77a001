import { Random } from "../bytes/random.ts";
import { assert } from "../errors.ts";
import { type Nanos, nanos, ZERO } from "../time/nanos.ts";
import { askValue, type ChainInput, type ChainOutput, type ChainSink } from "./chain-plan.ts";
import { DeadlineQueue, NOT_WAITING, type Waiting } from "./deadline-queue.ts";
import { type Arrival, type EndIndex, SimulatedWire, type WirePlan } from "./simulated-wire.ts";

/** One of those who take part: a `Chain`, a `Peer`, or anything else that keeps the law of order for itself. */
export interface SimulatedNode {
  readonly deadline: number | undefined;
  take(input: ChainInput): void;
  elapse(until: Nanos): unknown;
}

export interface World {
  /** By name; each is made with the place where its outputs go. */
  readonly nodes: ReadonlyMap<string, (sink: ChainSink) => SimulatedNode>;
  readonly wires: readonly WirePlan[];
  /** Decides every chance: the same world and seed give the same observations. */
  readonly seed: number;
}

/** What one node heard or said: in order, the tape that a recorder at that node would have written. */
export interface SimulatedObservation {
  readonly node: string;
  readonly record: ChainInput | ChainOutput;
}

/**
 * Lets machines talk to machines over virtual links, in virtual time, until `until`; then each node hears its `end`. What
 * arrives at a time precedes the deadlines of that time, so replaying a node's tape gives what it said here.
 *
 * @throws FieldtapeError SUBJECT_CRASHED for a machine that breaks its law.
 */
export function simulate(world: World, until: Nanos, observe: (observation: SimulatedObservation) => void): void {
  const simulation = new Simulation(world, observe);
  simulation.begin();
  simulation.run(until);
}

interface Delivery extends Waiting {
  readonly wire: SimulatedWire;
  readonly arrival: Arrival | { readonly type: "begin" | "break" };
  /** Of the end at which it arrives; lost if that is over by then. */
  readonly epoch: number | undefined;
}

class Place implements Waiting, ChainSink {
  due: number = NOT_WAITING.due;
  place: number = NOT_WAITING.place;
  readonly order: number;
  readonly name: string;
  readonly node: SimulatedNode;
  private readonly simulation: Simulation;

  constructor(name: string, order: number, make: (sink: ChainSink) => SimulatedNode, simulation: Simulation) {
    this.name = name;
    this.order = order;
    this.simulation = simulation;
    this.node = make(this);
  }

  says(at: Nanos, machine: string, channel: number, value: Parameters<ChainSink["says"]>[3]): void {
    this.simulation.observed(this, { type: "output", at, machine, channel, value });
  }

  sends(at: Nanos, channel: number, bytes: Uint8Array): void {
    this.simulation.observed(this, { type: "raw", at, channel, dir: "tx", bytes });
    this.simulation.sent(this, channel, (wire, end) => wire.send(end, bytes, at));
  }

  asks(at: Nanos, machine: string, channel: number, link: "open" | "close"): void {
    this.says(at, machine, channel, askValue(link));
    this.simulation.sent(this, channel, (wire, end) => wire.ask(end, link, at));
  }
}

class Simulation {
  private readonly places = new Map<string, Place>();
  private readonly ends = new Map<string, { readonly wire: SimulatedWire; readonly end: EndIndex }>();
  private readonly wires: readonly SimulatedWire[];
  private readonly deadlines = new DeadlineQueue<Place>();
  private readonly deliveries = new DeadlineQueue<Delivery>();
  private readonly observe: (observation: SimulatedObservation) => void;
  private sequence = 0;

  constructor(world: World, observe: (observation: SimulatedObservation) => void) {
    this.observe = observe;
    for (const [name, make] of world.nodes) this.places.set(name, new Place(name, this.places.size, make, this));
    this.wires = world.wires.map((plan, index) => new SimulatedWire(plan, new Random(world.seed, `wire ${index}`)));
    for (const wire of this.wires) this.lay(wire);
  }

  begin(): void {
    for (const { plan } of this.wires) {
      for (const { node, channel } of plan.ends) {
        this.hears(this.placeOf(node), { type: "channel", at: ZERO, channel, kind: plan.kind });
      }
    }
    for (const wire of this.wires) {
      for (const [from, to] of wire.plan.outages ?? []) {
        this.schedule(wire, { type: "break" }, from);
        this.schedule(wire, { type: "begin" }, to);
      }
      this.schedule(wire, { type: "begin" }, ZERO);
    }
  }

  run(until: Nanos): void {
    while (this.next(until, nanos(until - 1)));
    for (const place of this.places.values()) this.hears(place, { type: "end", at: until });
    while (this.next(nanos(until - 1), until));
  }

  observed(place: Place, record: ChainInput | ChainOutput): void {
    this.observe({ node: place.name, record });
  }

  sent(place: Place, channel: number, send: (wire: SimulatedWire, end: EndIndex) => readonly Arrival[]): void {
    const known = this.ends.get(endKey(place.name, channel));
    assert(known !== undefined, `${place.name} has no wire on channel ${channel}`);
    for (const arrival of send(known.wire, known.end)) this.schedule(known.wire, arrival, arrival.at);
  }

  /** One step: what arrives first, else whose deadline comes first; false when there is nothing until then. */
  private next(arrivalsUntil: Nanos, deadlinesUntil: Nanos): boolean {
    const delivery = this.deliveries.first;
    const place = this.deadlines.first;
    if (delivery !== undefined && delivery.due <= arrivalsUntil && delivery.due <= (place?.due ?? delivery.due)) {
      this.deliver(delivery);
      return true;
    }
    if (place === undefined || place.due > deadlinesUntil) return false;
    place.node.elapse(nanos(place.due));
    this.deadlines.set(place, place.node.deadline);
    return true;
  }

  private deliver(delivery: Delivery): void {
    const { arrival, wire, epoch } = delivery;
    const at = nanos(delivery.due);
    this.deliveries.set(delivery, undefined);
    if ("type" in arrival) {
      const arrivals = arrival.type === "begin" ? wire.begin(at) : wire.breakDown(at);
      for (const one of arrivals) this.schedule(wire, one, one.at);
      return;
    }
    if (epoch !== undefined && epoch !== wire.epochs[arrival.end]) return;
    const { node, channel } = wire.plan.ends[arrival.end];
    const { event } = arrival;
    if (event.type === "bytes")
      this.hears(this.placeOf(node), { type: "raw", at, channel, dir: "rx", bytes: event.bytes });
    else this.hears(this.placeOf(node), { type: "link", at, channel, event: event.change });
  }

  private hears(place: Place, record: ChainInput): void {
    this.observed(place, record);
    place.node.take(record);
    this.deadlines.set(place, place.node.deadline);
  }

  private schedule(wire: SimulatedWire, arrival: Delivery["arrival"], at: Nanos): void {
    const order = this.sequence++;
    const epoch = "type" in arrival || isFarewell(arrival) ? undefined : wire.epochs[arrival.end];
    this.deliveries.set({ ...NOT_WAITING, order, wire, arrival, epoch }, at);
  }

  private lay(wire: SimulatedWire): void {
    for (const end of [0, 1] as const) {
      const { node, channel } = wire.plan.ends[end];
      this.placeOf(node);
      assert(!this.ends.has(endKey(node, channel)), `${node} has two wires on channel ${channel}`);
      this.ends.set(endKey(node, channel), { wire, end });
    }
  }

  private placeOf(name: string): Place {
    const place = this.places.get(name);
    assert(place !== undefined, `a wire ends at ${name}, which takes no part`);
    return place;
  }
}

const endKey = (node: string, channel: number): string => `${channel} ${node}`;

/** That a link is gone is heard even though it is gone. */
const isFarewell = ({ event }: Arrival): boolean => event.type === "link" && event.change !== "open";
