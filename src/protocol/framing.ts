import type { Dir } from "../bytes/channel.ts";
import { toHex } from "../bytes/hex.ts";
import { unreachable } from "../errors.ts";
import type { Fault, Framer, FramerConfig, FramerInput, FramerOutput } from "../machine/machine.ts";
import { append, consume, openWindow, settle, type Window } from "./window.ts";

/** `raw` of a fault holds at most so many bytes; `span` has the true length. */
export const RAW_MAX = 1_024;

/** Why nothing will complete the bytes that wait. Each is the name of the fault that a partial frame then becomes. */
export type Ending = "interrupted" | "truncated" | "unfinished";

/** What the state of every framer holds. */
export interface Framing {
  readonly dir: Dir;
  readonly window: Window;
}

/** What makes one framer differ from another: what it remembers, and how it reads bytes. */
export interface Reading<Options, S extends Framing> {
  readonly name: string;
  initial(options: Options, framing: Framing): S;
  /** Takes frames and faults off the front of the window, as far as its bytes decide. */
  take(state: S, outputs: FramerOutput[]): void;
  /** Takes everything that waits: nothing will follow it. */
  giveUp(state: S, ending: Ending, outputs: FramerOutput[]): void;
  readonly reencode: NonNullable<Framer<Options>["reencode"]>;
}

/** A framer whose frames are delimited by bytes alone, never by silence: it has no deadline. */
export function framerOf<Options, S extends Framing>(reading: Reading<Options, S>): Framer<Options, S> {
  return {
    name: reading.name,
    initial: ({ options, dir }: FramerConfig<Options>) => reading.initial(options, { dir, window: openWindow() }),
    step(state, input) {
      const outputs: FramerOutput[] = [];
      if (input.type === "bytes") {
        append(state.window, input.bytes);
        reading.take(state, outputs);
        settle(state.window);
      } else if (input.type !== "elapsed") {
        const ending = endingOf(input);
        if (ending !== undefined) reading.giveUp(state, ending, outputs);
        settle(state.window);
      }
      return { state, outputs };
    },
    deadline: () => undefined,
    reencode: reading.reencode,
  };
}

/** What becomes of a partial frame at this input; `undefined`: nothing. */
export function endingOf(input: Exclude<FramerInput, { type: "bytes" }>): Ending | undefined {
  switch (input.type) {
    case "boundary":
      return "truncated";
    case "gap":
      return "interrupted";
    case "link":
      // A later segment of a tape repeats that its link is open: that interrupts nothing.
      return input.change === "open" ? undefined : "interrupted";
    case "end":
      return "unfinished";
    default:
      return unreachable(input);
  }
}

/** Takes `length` bytes off the front of the window as one fault. */
export function takeFault({ window, dir }: Framing, fault: string, length: number): Fault {
  const { bytes, start, offset } = window;
  const raw = toHex(bytes, start, start + Math.min(length, RAW_MAX));
  consume(window, length);
  return { type: "fault", fault, dir, span: [offset, length], raw };
}

/** Takes `length` bytes off the front as faults of at most RAW_MAX bytes, so that each of the bytes stands in a `raw`. */
export function takePieces(framing: Framing, fault: string, length: number, outputs: FramerOutput[]): void {
  for (let left = length; left > 0; left -= RAW_MAX) {
    outputs.push(takeFault(framing, fault, Math.min(left, RAW_MAX)));
  }
}
