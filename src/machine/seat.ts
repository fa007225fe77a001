import { FieldtapeError } from "../errors.ts";
import type { Nanos } from "../time/nanos.ts";
import { type DeadlineQueue, NOT_WAITING, type Waiting } from "./deadline-queue.ts";
import { ELAPSED, type Elapsed, type Machine } from "./machine.ts";

/** Someone who can be told that the time has come for which he waits. */
export interface Alarm extends Waiting {
  readonly name: string;
  elapse(at: Nanos): void;
}

/** Deadlines of one time go by channel, rx before tx, framer before session. */
const RANKS = ["rx", "tx", "session"] as const;

export interface SeatPlace {
  readonly channel: number;
  readonly rank: (typeof RANKS)[number];
}

/** One instance of a machine at its place: its state, and when it next wants to hear that time has passed. */
export class Seat<I, O> implements Alarm {
  due: number = NOT_WAITING.due;
  place: number = NOT_WAITING.place;
  readonly order: number;
  readonly name: string;
  state: unknown;
  private readonly channel: number;
  private readonly machine: Machine<never, unknown, I, O>;
  private readonly hear: (outputs: readonly O[], at: Nanos) => void;

  /** `hear` gets what the machine said when time had passed. */
  constructor(
    { name, machine }: { readonly name: string; readonly machine: Machine<never, unknown, I, O> },
    { channel, rank }: SeatPlace,
    state: unknown,
    hear: (outputs: readonly O[], at: Nanos) => void,
  ) {
    this.name = name;
    this.machine = machine;
    this.channel = channel;
    this.order = channel * RANKS.length + RANKS.indexOf(rank);
    this.state = state;
    this.hear = hear;
  }

  get deadline(): Nanos | undefined {
    return this.machine.deadline(this.state);
  }

  step(input: I | Elapsed, at: Nanos): readonly O[] {
    const { state, outputs } = this.machine.step(this.state, input, at);
    this.state = state;
    return outputs;
  }

  /** Waits in `queue` for its deadline; for one that has passed already, until now. */
  wait(queue: DeadlineQueue<Alarm>, at: Nanos): void {
    const due = this.machine.deadline(this.state);
    if (due !== undefined) queue.set(this, due >= at ? due : at);
    else if (this.place >= 0) queue.set(this, undefined);
  }

  elapse(at: Nanos): void {
    const outputs = this.step(ELAPSED, at);
    this.mustHaveMovedOn(at);
    this.hear(outputs, at);
  }

  /** @throws FieldtapeError SUBJECT_CRASHED when the machine, having heard `elapsed` at `at`, would hear it again at once. */
  mustHaveMovedOn(at: Nanos): void {
    const due = this.machine.deadline(this.state);
    if (due === undefined || due > at) return;
    throw new FieldtapeError(
      "SUBJECT_CRASHED",
      `${this.name} on channel ${this.channel} heard at ${at} ns that its deadline has come, and still asks for ${due} ns`,
      { hint: "after `elapsed` the deadline of a machine must lie later, or be gone" },
    );
  }
}
