import type { FramerOutput, Span } from "../machine/machine.ts";
import { type Ending, type Framing, takeFault } from "./framing.ts";
import { consume, waiting } from "./window.ts";

/** The state of a framer whose frames stand between delimiters. */
export interface Delimited extends Framing {
  readonly delimiter: Uint8Array;
  /** The most bytes between two delimiters. */
  readonly maximum: number;
  /** So many of the waiting bytes are known to begin no delimiter. */
  scanned: number;
  /** What waits is the rest of a content that was too long. */
  overlong: boolean;
}

/**
 * What stands between two delimiters, at `bytes[start, end)` of the window: an output, the name of the fault that it is, or
 * `undefined` when it is of no interest. `span` holds the delimiter too.
 */
export type ReadContent<S extends Delimited> = (
  state: S,
  start: number,
  end: number,
  span: Span,
) => FramerOutput | string | undefined;

const NEAR = 128;

export function delimited(framing: Framing, delimiter: Uint8Array, maximum: number): Delimited {
  return { ...framing, delimiter, maximum, scanned: 0, overlong: false };
}

/**
 * Takes contents with their delimiters off the front of the window. One longer than the maximum is fault `too-long`, in pieces
 * of the maximum, the last with its delimiter; so the state stays bounded without knowing where it will end.
 */
export function takeDelimited<S extends Delimited>(state: S, read: ReadContent<S>, outputs: FramerOutput[]): void {
  for (;;) {
    const content = findDelimiter(state);
    if (content === undefined) return;
    if (content > state.maximum) takeTooLong(state, state.maximum, true, outputs);
    else if (state.overlong) takeTooLong(state, content + state.delimiter.length, false, outputs);
    else takeContent(state, content, state.delimiter.length, read, outputs);
  }
}

/**
 * Takes what waits, which no delimiter will end: as fault `ending`, or as a content where `whole` is given to read it.
 */
export function giveUpDelimited<S extends Delimited>(
  state: S,
  ending: Ending,
  whole: ReadContent<S> | undefined,
  outputs: FramerOutput[],
): void {
  // Over the maximum by the beginning of a delimiter.
  if (waiting(state.window) > state.maximum) takeTooLong(state, state.maximum, true, outputs);
  const left = waiting(state.window);
  if (left > 0) {
    if (state.overlong) takeTooLong(state, left, false, outputs);
    else if (whole === undefined) outputs.push(takeFault(state, ending, left));
    else takeContent(state, left, 0, whole, outputs);
  }
  state.scanned = 0;
  state.overlong = false;
}

/**
 * How many bytes stand before the next delimiter; more than the maximum when it is known to begin no earlier;
 * `undefined` while that is open.
 */
function findDelimiter(state: Delimited): number | undefined {
  const { window, delimiter, maximum } = state;
  const { bytes, start, end } = window;
  // No further than where a delimiter may begin: a long chunk must not be searched again for every piece of it.
  const stop = Math.min(end, start + maximum + 1);
  let at = indexOf(bytes, delimiter[0] ?? 0, start + state.scanned, stop);
  while (at < stop) {
    const match = matchAt(bytes, at, end, delimiter);
    if (match === delimiter.length) return at - start;
    if (match >= 0) break;
    at = indexOf(bytes, delimiter[0] ?? 0, at + 1, stop);
  }
  state.scanned = at - start;
  return state.scanned > maximum ? state.scanned : undefined;
}

/** Where the byte stands first in `bytes[start, stop)`; `stop` if it does not. Most are near: a view to search costs more than looking. */
function indexOf(bytes: Uint8Array, byte: number, start: number, stop: number): number {
  const near = Math.min(stop, start + NEAR);
  for (let at = start; at < near; at += 1) if (bytes[at] === byte) return at;
  if (near === stop) return stop;
  const far = bytes.subarray(near, stop).indexOf(byte);
  return far < 0 ? stop : near + far;
}

/** How many bytes of the delimiter stand at `at` when nothing contradicts it, else -1. */
function matchAt(bytes: Uint8Array, at: number, end: number, delimiter: Uint8Array): number {
  const length = Math.min(delimiter.length, end - at);
  for (let index = 1; index < length; index++) {
    if (bytes[at + index] !== delimiter[index]) return -1;
  }
  return length;
}

function takeContent<S extends Delimited>(
  state: S,
  content: number,
  delimiter: number,
  read: ReadContent<S>,
  outputs: FramerOutput[],
): void {
  const { window } = state;
  const length = content + delimiter;
  const said = read(state, window.start, window.start + content, [window.offset, length]);
  if (typeof said === "string") outputs.push(takeFault(state, said, length));
  else {
    if (said !== undefined) outputs.push(said);
    consume(window, length);
  }
  state.scanned = 0;
}

function takeTooLong(state: Delimited, length: number, goesOn: boolean, outputs: FramerOutput[]): void {
  outputs.push(takeFault(state, "too-long", length));
  state.scanned = 0;
  state.overlong = goesOn;
}
