import { expect, onTestFinished } from "vitest";
import { fromHex } from "../../src/bytes/hex.ts";
import { ELAPSED, type Elapsed, type FramerInput, type Machine } from "../../src/machine/machine.ts";
import { decodeSnapshot, encodeSnapshot } from "../../src/machine/snapshot.ts";
import { millis, type Nanos } from "../../src/time/nanos.ts";

/**
 * Tests a machine by what it hears and says:
 *
 *     const at = transcript(heartbeat, { every: 500 });
 *     at(0).gets(open).says(hello);
 *     at(500).elapses().says(hello);
 *
 * Times are milliseconds. It is strict: everything that is said must be named, `elapses` wants a deadline at exactly that
 * time, and a deadline that has passed must have been heard before the next input. Between any two steps the state goes
 * through a snapshot, so a state that is not plain data, or is shared behind the machine's back, fails every test of it.
 */
export function transcript<C, S, I, O>(machine: Machine<C, S, I, O>, config: C): (ms: number) => Moment<I, O> {
  const play = new Transcript(machine, config);
  onTestFinished(() => play.close());
  return (ms) => play.at(millis(ms));
}

export interface Moment<I, O> {
  /** One or several inputs, in order. */
  gets(...inputs: readonly I[]): Moment<I, O>;
  /** The deadline that the machine has asked for comes now. */
  elapses(): Moment<I, O>;
  /** Exactly these outputs, and no others, since the last `says`. Without arguments: nothing. */
  says(...outputs: readonly unknown[]): Moment<I, O>;
  /** The machine wants to hear `elapsed` after so many milliseconds since the beginning; `undefined`: never. */
  waitsUntil(ms: number | undefined): Moment<I, O>;
}

class Transcript<C, S, I, O> {
  private state: S;
  private unnamed: O[] = [];
  private now: Nanos = millis(0);
  private readonly machine: Machine<C, S, I, O>;

  constructor(machine: Machine<C, S, I, O>, config: C) {
    this.machine = machine;
    this.state = machine.initial(config);
  }

  at(at: Nanos): Moment<I, O> {
    this.nothingUnnamed();
    expect(at, "time does not go back").toBeGreaterThanOrEqual(this.now);
    this.now = at;
    const moment: Moment<I, O> = {
      gets: (...inputs) => {
        for (const input of inputs) this.hears(input, at);
        return moment;
      },
      elapses: () => {
        expect(this.machine.deadline(this.state), "the deadline that elapses").toBe(at);
        this.step(ELAPSED, at);
        const next = this.machine.deadline(this.state);
        expect(next ?? Number.POSITIVE_INFINITY, "a deadline moves on when it has elapsed").toBeGreaterThan(at);
        return moment;
      },
      says: (...outputs) => {
        expect(this.unnamed).toEqual(outputs);
        this.unnamed = [];
        return moment;
      },
      waitsUntil: (ms) => {
        expect(this.machine.deadline(this.state)).toBe(ms === undefined ? undefined : millis(ms));
        return moment;
      },
    };
    return moment;
  }

  close(): void {
    this.nothingUnnamed();
  }

  private hears(input: I, at: Nanos): void {
    const due = this.machine.deadline(this.state) ?? Number.POSITIVE_INFINITY;
    expect(due, "a deadline elapses before a later input").toBeGreaterThanOrEqual(at);
    this.step(input, at);
  }

  private step(input: I | Elapsed, at: Nanos): void {
    const state = decodeSnapshot(encodeSnapshot(this.state)) as S;
    const step = this.machine.step(state, input, at);
    this.state = step.state;
    this.unnamed.push(...step.outputs);
  }

  private nothingUnnamed(): void {
    expect(this.unnamed, "all that was said is named").toEqual([]);
  }
}

/** Bytes for a framer, as hex with blanks at will, or as they are. */
export function bytes(value: string | Uint8Array): FramerInput {
  const read = typeof value === "string" ? fromHex(value) : value;
  if (read === undefined) throw new Error(`${JSON.stringify(value)} is no hex`);
  return { type: "bytes", bytes: read };
}

/** Bytes for a framer, as UTF-8 text. */
export function text(value: string): FramerInput {
  return { type: "bytes", bytes: new TextEncoder().encode(value) };
}

export const open = { type: "link", change: "open" } as const;
export const closed = { type: "link", change: "close" } as const;
export const end = { type: "end" } as const;
