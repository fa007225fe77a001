import type { ChannelKind, Dir } from "../bytes/channel.ts";
import { FieldtapeError, unreachable } from "../errors.ts";
import type { Nanos } from "../time/nanos.ts";
import type {
  ChainPlan,
  ChainSink,
  ChannelTraits,
  FramerPart,
  GapInput,
  LinkInput,
  RecordedInput,
  SessionPart,
} from "./chain-plan.ts";
import type { DeadlineQueue } from "./deadline-queue.ts";
import type { ChannelSettings, Elapsed, FramerInput, FramerOutput, SessionInput, SessionOutput } from "./machine.ts";
import { missedElapsed, readRecordedInput, untimelyElapsed } from "./recorded-input.ts";
import { type Alarm, Seat } from "./seat.ts";

type FramerSeat = Seat<FramerInput, FramerOutput>;
type SessionSeat = Seat<SessionInput, SessionOutput>;

/** What all wires of a chain share. */
export interface WireSurroundings {
  readonly plan: ChainPlan;
  readonly sink: ChainSink;
  readonly queue: DeadlineQueue<Alarm>;
  /** Whether a session whose inputs are recorded still fires its own deadlines. */
  readonly computed: boolean;
  /** Lent to a framer for one step: at millions of reads a second a new one for each would show. */
  readonly chunk: { readonly type: "bytes"; bytes: Uint8Array };
}

export interface WireBeginning {
  readonly at: Nanos;
  readonly traits: ChannelTraits;
  readonly recorded: boolean;
}

/** The states of one channel's machines, as plain data. */
export interface WireImage {
  readonly channel: number;
  readonly kind: ChannelKind;
  /** For a framer whose first bytes are still to come. */
  readonly settings: ChannelSettings | undefined;
  readonly recorded: boolean;
  /** Each as [state], so that a state of `undefined` is told from no instance. */
  readonly rx: readonly unknown[];
  readonly tx: readonly unknown[];
  readonly session: readonly unknown[];
}

const BOUNDARY: FramerInput = { type: "boundary" };
const END: FramerInput & SessionInput = { type: "end" };

/** One channel: a framer for each direction, and one session that hears the frames of both in the order in which they come. */
export class Wire {
  readonly channel: number;
  private declared: ChannelTraits;
  /** The session hears its inputs from the tape, and nothing else. */
  private recorded: boolean;
  private rx: FramerSeat | undefined;
  private tx: FramerSeat | undefined;
  private session: SessionSeat | undefined;
  private readonly around: WireSurroundings;

  constructor(channel: number, around: WireSurroundings, { at, traits, recorded }: WireBeginning) {
    this.channel = channel;
    this.around = around;
    this.declared = traits;
    this.recorded = recorded;
    const part = around.plan.session;
    if (part === undefined) return;
    this.session = this.sessionSeat(part, part.machine.initial(part.config));
    this.waits(this.session, at);
  }

  /** A framer that has heard bytes stays as it was made. */
  set traits({ kind, settings }: ChannelTraits) {
    this.declared = { kind, ...(settings === undefined ? {} : { settings }) };
  }

  raw(dir: Dir, bytes: Uint8Array, at: Nanos): void {
    if (this.isOwnWay(dir)) return;
    const seat = (dir === "rx" ? this.rx : this.tx) ?? this.newFramer(dir);
    if (seat === undefined) return;
    const { chunk } = this.around;
    chunk.bytes = bytes;
    this.frame(seat, chunk, at);
    if (this.declared.kind === "datagram") this.frame(seat, BOUNDARY, at);
  }

  gap({ dir, cause, at }: GapInput): void {
    if (this.isOwnWay(dir)) return;
    this.framers({ type: "gap", cause }, dir, at);
    this.converse({ type: "gap", cause, dir }, at);
  }

  /** A reset is felt by both ends; that a participant itself fell silent is none of its news. */
  link({ event, dir, at }: LinkInput): void {
    if (this.isOwnWay(dir) && event !== "reset") return;
    this.framers({ type: "link", change: event }, event === "half-close" ? dir : undefined, at);
    this.converse({ type: "link", change: event }, at);
  }

  end(at: Nanos): void {
    this.framers(END, undefined, at);
    this.converse(END, at);
  }

  /** The tape holds this session's inputs: from now on it hears exactly those. */
  input({ value, at }: RecordedInput): void {
    if (this.session === undefined) return;
    this.recorded = true;
    this.waits(this.session, at);
    const input = readRecordedInput(value);
    if (input === undefined) this.says(this.session, { type: "fault", fault: "unknown-input", input: value }, at);
    else if (this.around.computed) this.tell(this.session, input, at);
    else this.tellRecorded(this.session, input, at);
  }

  image(): WireImage {
    const { channel, recorded, rx, tx, session } = this;
    const { kind, settings } = this.declared;
    return { channel, kind, settings, recorded, rx: stateOf(rx), tx: stateOf(tx), session: stateOf(session) };
  }

  /** Takes over the states of `image`, at the time at which it was made. */
  restore(image: WireImage, at: Nanos): void {
    const { kind, settings } = image;
    this.traits = { kind, ...(settings === undefined ? {} : { settings }) };
    this.recorded = image.recorded;
    if (image.rx.length > 0) this.newFramer("rx", image.rx);
    if (image.tx.length > 0) this.newFramer("tx", image.tx);
    if (this.session !== undefined && image.session.length > 0) this.session.state = image.session[0];
    for (const seat of [this.rx, this.tx]) seat?.wait(this.around.queue, at);
    if (this.session !== undefined) this.waits(this.session, at);
  }

  /** A participant hears `rx` only. */
  private isOwnWay(dir: Dir | undefined): boolean {
    return dir === "tx" && this.around.plan.role === "participant";
  }

  /** A framer that has heard no bytes has nothing to drop: only those that have are told. */
  private framers(input: FramerInput, dir: Dir | undefined, at: Nanos): void {
    if (this.rx !== undefined && dir !== "tx") this.frame(this.rx, input, at);
    if (this.tx !== undefined && dir !== "rx") this.frame(this.tx, input, at);
  }

  private frame(seat: FramerSeat, input: FramerInput, at: Nanos): void {
    this.framed(seat, seat.step(input, at), at);
  }

  private framed(seat: FramerSeat, outputs: readonly FramerOutput[], at: Nanos): void {
    seat.wait(this.around.queue, at);
    for (let i = 0; i < outputs.length; i += 1) {
      const output = outputs[i];
      if (output === undefined) continue;
      this.around.sink.says(at, seat.name, this.channel, output);
      if (this.session === undefined) continue;
      this.converse(output.type === "frame" ? { type: "frame", frame: output } : { type: "fault", fault: output }, at);
    }
  }

  private converse(input: SessionInput, at: Nanos): void {
    if (this.session !== undefined && !this.recorded) this.tell(this.session, input, at);
  }

  private tell(seat: SessionSeat, input: SessionInput | Elapsed, at: Nanos): void {
    this.conversed(seat, seat.step(input, at), at);
  }

  /** Its own deadlines are only checked: a difference is something that the tape's machine would not have said. */
  private tellRecorded(seat: SessionSeat, input: SessionInput | Elapsed, at: Nanos): void {
    const due = seat.deadline;
    const fault = input.type === "elapsed" ? untimelyElapsed(due, at) : missedElapsed(due, at);
    if (fault !== undefined) this.says(seat, fault, at);
    this.tell(seat, input, at);
    if (input.type === "elapsed") seat.mustHaveMovedOn(at);
  }

  private conversed(seat: SessionSeat, outputs: readonly SessionOutput[], at: Nanos): void {
    this.waits(seat, at);
    for (const output of outputs) {
      if (output.type === "say") this.says(seat, output.value, at);
      else if (this.around.plan.role === "observer") throw observerActs(seat.name, this.channel, output.type);
      else if (output.type === "send") this.around.sink.sends(at, this.channel, output.bytes);
      else if (output.type === "ask") this.around.sink.asks(at, seat.name, this.channel, output.link);
      else unreachable(output);
    }
  }

  private says(seat: SessionSeat, value: Parameters<ChainSink["says"]>[3], at: Nanos): void {
    this.around.sink.says(at, seat.name, this.channel, value);
  }

  private waits(seat: SessionSeat, at: Nanos): void {
    if (!this.recorded || this.around.computed) seat.wait(this.around.queue, at);
    else this.around.queue.set(seat, undefined);
  }

  private newFramer(dir: Dir, image?: readonly unknown[]): FramerSeat | undefined {
    const part: FramerPart | undefined = this.around.plan.framer;
    if (part === undefined) return undefined;
    const { options, machine } = part;
    const state = image === undefined ? machine.initial({ options, dir, ...this.declared }) : image[0];
    const seat: FramerSeat = new Seat(part, { channel: this.channel, rank: dir }, state, (outputs, at) =>
      this.framed(seat, outputs, at),
    );
    if (dir === "rx") this.rx = seat;
    else this.tx = seat;
    return seat;
  }

  private sessionSeat(part: SessionPart, state: unknown): SessionSeat {
    const seat: SessionSeat = new Seat(part, { channel: this.channel, rank: "session" }, state, (outputs, at) =>
      this.conversed(seat, outputs, at),
    );
    return seat;
  }
}

const stateOf = (seat: { readonly state: unknown } | undefined): readonly unknown[] =>
  seat === undefined ? [] : [seat.state];

function observerActs(name: string, channel: number, act: string): FieldtapeError {
  return new FieldtapeError(
    "SUBJECT_CRASHED",
    `${name} on channel ${channel} is an observer, and yet it wants to ${act}`,
  );
}
