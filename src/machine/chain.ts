import { assert, FieldtapeError, unreachable } from "../errors.ts";
import { type Nanos, nanos } from "../time/nanos.ts";
import { type ChainImage, readChainImage } from "./chain-image.ts";
import type { ChainPlan, ChainRecord, ChainSink, ChannelTraits, GapInput, RecordedInput } from "./chain-plan.ts";
import { DeadlineQueue } from "./deadline-queue.ts";
import type { Alarm } from "./seat.ts";
import { encodeSnapshot } from "./snapshot.ts";
import { Wire, type WireSurroundings } from "./wire.ts";

/** Channels with states in one chain: some hundred megabytes of them. A tape of more is read in parts, by channel. */
export const CHAIN_CHANNELS_MAX = 250_000;

/** A heartbeat of 10 ms for more than a day. */
const DEADLINES_MAX_DEFAULT = 10_000_000;

export interface ChainOptions {
  /** What is known of channels before their `channel` records come, or without any. */
  readonly channels?: ReadonlyMap<number, ChannelTraits>;
  /**
   * Names of machines whose inputs stand on the tape, where that is known beforehand: their sessions hear exactly those.
   * One that is not named here does so from its first `input` record on.
   */
  readonly recorded?: readonly string[];
  /**
   * `recorded`: what is on the tape is what such a session hears, and its own deadlines are only checked against it.
   * `computed`: its own deadlines fire; whoever feeds the chain leaves out the recorded `elapsed`.
   */
  readonly time: "recorded" | "computed";
  /** Deadlines between two records; what asks for more is as good as hung. Default 10,000,000. */
  readonly deadlinesMax?: number;
}

/**
 * Framers and sessions of all channels, and the law of the order in which they are stepped:
 *
 * - inputs go in the order of their lines;
 * - before an input, all deadlines earlier than its `at` fire, by time; those of one time by channel, rx before tx, framer
 *   before session;
 * - at equal times an input thus precedes a deadline; a deadline in the past fires as soon as it may.
 *
 * No I/O, no clock, no chance: the same plan and inputs give the same outputs.
 */
export class Chain {
  private time: Nanos = nanos(-1);
  private ended = false;
  /** Deadlines since the last record. */
  private fired = 0;
  private readonly queue = new DeadlineQueue<Alarm>();
  private readonly wires = new Map<number, Wire>();
  private ordered: readonly Wire[] | undefined;
  private last: Wire | undefined;
  private readonly around: WireSurroundings;
  private readonly channels: ReadonlyMap<number, ChannelTraits>;
  private readonly recorded: boolean;
  private readonly deadlinesMax: number;

  constructor(plan: ChainPlan, sink: ChainSink, { channels, recorded, time, deadlinesMax }: ChainOptions) {
    assert(plan.framer !== undefined || plan.session !== undefined, "a chain without machines");
    const chunk = { type: "bytes", bytes: new Uint8Array() } as const;
    this.around = { plan, sink, queue: this.queue, computed: time === "computed", chunk };
    this.deadlinesMax = deadlinesMax ?? DEADLINES_MAX_DEFAULT;
    this.channels = channels ?? new Map();
    this.recorded = plan.session !== undefined && (recorded ?? []).includes(plan.session.name);
  }

  /** When the chain next wants to hear that time has passed. */
  get deadline(): Nanos | undefined {
    const first = this.queue.first;
    return first === undefined ? undefined : nanos(first.due);
  }

  /** Time as far as it has come. */
  get now(): Nanos {
    return this.time;
  }

  /**
   * Fires the deadlines before `record`, then hears it. What is no input is passed over.
   *
   * @throws FieldtapeError SUBJECT_CRASHED for a machine that breaks its law, SUBJECT_HUNG for too many deadlines between
   *   two records, LIMIT_EXCEEDED for too many channels; and whatever a machine throws.
   */
  take(record: ChainRecord): void {
    if (record.type === "header") return;
    if (record.at > this.time) {
      this.fire(record.at - 1, Number.POSITIVE_INFINITY);
      this.time = record.at;
    } else if (record.at < this.time) throw new Error(`bug in fieldtape: ${record.at} ns comes after ${this.time} ns`);
    this.fired = 0;
    switch (record.type) {
      case "raw":
        this.hearing(record.channel).raw(record.dir, record.bytes, record.at);
        break;
      case "link":
        this.hearing(record.channel).link(record);
        break;
      case "gap":
        this.gap(record);
        break;
      case "channel":
        this.wire(record.channel).traits = record;
        break;
      case "input":
        this.input(record);
        break;
      case "end":
        this.end(record.at);
        break;
      case "output":
      case "mark":
      case "blob":
      case "wall":
      case "block":
      case "unknown":
        break;
      default:
        unreachable(record);
    }
  }

  /**
   * Brings time to `until`, firing every deadline up to it, in order, but at most `count` of them; whether that was all.
   * `until` may lie before the last input (ADR 0001): then nothing fires.
   */
  elapse(until: Nanos, count: number = Number.POSITIVE_INFINITY): boolean {
    if (!this.fire(until, count)) return false;
    if (until > this.time) this.time = until;
    return true;
  }

  /** All states as bytes; nothing in them is shared with the chain. */
  snapshot(): Uint8Array {
    const wires = this.inOrder().map((wire) => wire.image());
    const image: ChainImage = { machines: this.machines(), now: this.time, ended: this.ended, wires };
    return encodeSnapshot(image);
  }

  /**
   * Goes on from where `snapshot` was taken, by a chain of the same plan.
   *
   * @throws FieldtapeError INPUT_MALFORMED if it was not.
   */
  restore(snapshot: Uint8Array): void {
    const image = readChainImage(snapshot, this.machines());
    this.queue.clear();
    this.wires.clear();
    this.ordered = undefined;
    this.last = undefined;
    this.time = image.now;
    for (const wire of image.wires) this.wire(wire.channel).restore(wire, image.now);
    this.ended = image.ended;
  }

  private fire(until: number, count: number): boolean {
    let left = count;
    for (let first = this.queue.first; first !== undefined && first.due <= until; first = this.queue.first) {
      if (left <= 0) return false;
      left -= 1;
      this.time = nanos(first.due);
      this.fired += 1;
      if (this.fired > this.deadlinesMax) throw tooManyDeadlines(first, this.deadlinesMax);
      first.elapse(this.time);
    }
    return true;
  }

  private gap(gap: GapInput): void {
    this.ended = false;
    if (gap.channel !== undefined) this.hearing(gap.channel).gap(gap);
    else for (const wire of this.inOrder()) wire.gap(gap);
  }

  private input(input: RecordedInput): void {
    if (input.machine !== this.around.plan.session?.name) return;
    this.ended = false;
    if (input.channel !== undefined) this.hearing(input.channel).input(input);
    else for (const wire of this.inOrder()) wire.input(input);
  }

  /** A tape's own end and the one that a driver adds are one. */
  private end(at: Nanos): void {
    if (this.ended) return;
    this.ended = true;
    for (const wire of this.inOrder()) wire.end(at);
  }

  private hearing(channel: number): Wire {
    this.ended = false;
    const last = this.last;
    return last !== undefined && last.channel === channel ? last : this.wire(channel);
  }

  /** A channel that nobody declared is a stream: a cut or a hand-made tape may lack its declaration. */
  private wire(channel: number): Wire {
    let wire = this.wires.get(channel);
    if (wire === undefined) {
      if (this.wires.size >= CHAIN_CHANNELS_MAX) throw tooManyChannels();
      const traits = this.channels.get(channel) ?? STREAM;
      wire = new Wire(channel, this.around, { at: this.time, traits, recorded: this.recorded });
      this.wires.set(channel, wire);
      this.ordered = undefined;
    }
    this.last = wire;
    return wire;
  }

  private inOrder(): readonly Wire[] {
    this.ordered ??= [...this.wires.values()].sort((a, b) => a.channel - b.channel);
    return this.ordered;
  }

  private machines(): ChainImage["machines"] {
    return [this.around.plan.framer?.name, this.around.plan.session?.name];
  }
}

const STREAM: ChannelTraits = { kind: "stream" };

function tooManyChannels(): FieldtapeError {
  return new FieldtapeError("LIMIT_EXCEEDED", `more than ${CHAIN_CHANNELS_MAX} channels`, {
    hint: "choose some of them with --channel",
  });
}

function tooManyDeadlines(alarm: Alarm, max: number): FieldtapeError {
  return new FieldtapeError(
    "SUBJECT_HUNG",
    `${alarm.name} has heard more than ${max} times since the last record that time has passed`,
    { hint: "give it longer intervals, or shorten the tape's gaps with --max-gap" },
  );
}
