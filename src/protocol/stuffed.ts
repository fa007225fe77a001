import { fromHex, toHex } from "../bytes/hex.ts";
import { joined } from "../bytes/joined.ts";
import type { Frame, Framer } from "../machine/machine.ts";
import { type TailCheck, verified, withCheck } from "./check.ts";
import { type Delimited, delimited, giveUpDelimited, type ReadContent, takeDelimited } from "./delimited.ts";
import { framerOf } from "./framing.ts";

/** Options of the framers that free one byte value for the delimiter by stuffing: SLIP and COBS. */
export interface StuffedOptions {
  /** The most bytes on the wire between two delimiters. */
  readonly maximum: number;
  /** The check at the end of the payload, if it has one; it does not belong to `payload` then. */
  readonly check?: TailCheck | undefined;
}

export const STUFFED_OPTIONS: StuffedOptions = { maximum: 65_536 };

export interface PayloadFrame extends Frame {
  /** Hex. */
  readonly payload: string;
}

/** Undoes the stuffing of `bytes[start, end)` into `into`, which has room; the payload's size, or the fault that it is. */
export type Unstuff = (bytes: Uint8Array, start: number, end: number, into: Uint8Array) => number | string;

interface StuffedState extends Delimited {
  readonly check: TailCheck | undefined;
}

/** The opposite: `payload` with stuffing, in which the delimiter does not occur. */
export type Stuff = (payload: Uint8Array) => Uint8Array;

/** A framer of payloads that are stuffed so that `delimiter` stands only between them. Nothing between two is ignored. */
export function stuffed(
  name: string,
  delimiter: number,
  { unstuff, stuff }: { readonly unstuff: Unstuff; readonly stuff: Stuff },
): Framer<StuffedOptions, StuffedState> {
  const read: ReadContent<StuffedState> = ({ window, dir, check }, start, end, span) => {
    if (start === end) return undefined;
    const content = new Uint8Array(end - start);
    const size = unstuff(window.bytes, start, end, content);
    if (typeof size === "string") return size;
    const stop = check === undefined ? size : verified(content.subarray(0, size), check);
    if (typeof stop === "string") return stop;
    const frame: PayloadFrame = { type: "frame", dir, span, payload: toHex(content, 0, stop) };
    return frame;
  };
  return framerOf<StuffedOptions, StuffedState>({
    name,
    initial: ({ maximum, check }, framing) => ({ ...delimited(framing, Uint8Array.of(delimiter), maximum), check }),
    take: (state, outputs) => takeDelimited(state, read, outputs),
    giveUp: (state, ending, outputs) => giveUpDelimited(state, ending, undefined, outputs),
    reencode(_frame, { payload }, { check }) {
      const content = typeof payload === "string" ? fromHex(payload) : undefined;
      if (content === undefined) return undefined;
      return joined([stuff(check === undefined ? content : withCheck(content, check)), Uint8Array.of(delimiter)]);
    },
  });
}
