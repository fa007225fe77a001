import { fromHex, toHex } from "../bytes/hex.ts";
import { plainText } from "../bytes/text.ts";
import type { Frame, FramerOutput } from "../machine/machine.ts";
import { type Framing, framerOf, takeFault } from "./framing.ts";
import { consume, waiting } from "./window.ts";

export interface LinesOptions {
  /** What ends a line, 1 … 16 bytes: text (as UTF-8), or `hex:` and hex digits. */
  readonly delimiter: string;
  /** A CR just before the delimiter does not belong to the line. */
  readonly stripCr: boolean;
  /** The longest line, in bytes without its delimiter (a CR that is stripped counts). */
  readonly maximum: number;
}

export const LINES_OPTIONS: LinesOptions = { delimiter: "\n", stripCr: true, maximum: 65_536 };

/** The delimiter's bytes; `undefined` when it is `hex:` with no hex behind it. */
export function delimiterBytes(delimiter: string): Uint8Array | undefined {
  return delimiter.startsWith("hex:") ? fromHex(delimiter.slice(4)) : new TextEncoder().encode(delimiter);
}

/** `text` by the tape's text rule, else `data` (hex); both without the delimiter, which belongs to the span. */
export interface LineFrame extends Frame {
  readonly text?: string;
  readonly data?: string;
}

interface LinesState extends Framing {
  readonly delimiter: Uint8Array;
  readonly stripCr: boolean;
  readonly maximum: number;
  /** So many of the waiting bytes are known to begin no delimiter. */
  scanned: number;
  /** What waits is the rest of a line that was too long. */
  overlong: boolean;
}

/**
 * Lines: whatever stands between two delimiters.
 *
 * Faults: `too-long` (a line over the maximum, reported in pieces of at most that many bytes, the last with its delimiter),
 * `interrupted`, `unfinished`. The end of a datagram ends its last line too.
 */
export const lines = framerOf<LinesOptions, LinesState>({
  name: "lines",
  initial({ delimiter, stripCr, maximum }, framing) {
    const bytes = delimiterBytes(delimiter) ?? Uint8Array.of(0x0a);
    return { ...framing, delimiter: bytes, stripCr, maximum, scanned: 0, overlong: false };
  },
  take(state, outputs) {
    for (;;) {
      const content = findDelimiter(state);
      if (content === undefined) return;
      if (content > state.maximum) takeTooLong(state, state.maximum, true, outputs);
      else if (state.overlong) takeTooLong(state, content + state.delimiter.length, false, outputs);
      else takeLine(state, content, state.delimiter.length, outputs);
    }
  },
  giveUp(state, ending, outputs) {
    const left = waiting(state.window);
    if (left > state.maximum) takeTooLong(state, state.maximum, true, outputs);
    const rest = waiting(state.window);
    if (rest > 0) {
      if (state.overlong) takeTooLong(state, rest, false, outputs);
      else if (ending === "truncated") takeLine(state, rest, 0, outputs);
      else outputs.push(takeFault(state, ending, rest));
    }
    state.scanned = 0;
    state.overlong = false;
  },
});

/**
 * How many bytes stand before the next delimiter; more than the maximum when it is known to begin no earlier;
 * `undefined` while that is open.
 */
function findDelimiter(state: LinesState): number | undefined {
  const { window, delimiter, maximum } = state;
  // No further than where a delimiter may begin: a long chunk must not be searched again for every piece of it.
  const view = window.bytes.subarray(window.start, Math.min(window.end, window.start + maximum + 1));
  let at = view.indexOf(delimiter[0] ?? 0, state.scanned);
  while (at >= 0) {
    const match = matchAt(window.bytes, window.start + at, window.end, delimiter);
    if (match === delimiter.length) return at;
    if (match >= 0) break;
    at = view.indexOf(delimiter[0] ?? 0, at + 1);
  }
  state.scanned = at < 0 ? view.length : at;
  return state.scanned > maximum ? state.scanned : undefined;
}

/** How many bytes of the delimiter stand at `at` when nothing contradicts it, else -1. */
function matchAt(bytes: Uint8Array, at: number, end: number, delimiter: Uint8Array): number {
  const length = Math.min(delimiter.length, end - at);
  for (let index = 1; index < length; index++) {
    if (bytes[at + index] !== delimiter[index]) return -1;
  }
  return length;
}

function takeLine(state: LinesState, content: number, delimiter: number, outputs: FramerOutput[]): void {
  const { window, dir } = state;
  const { bytes, start, offset } = window;
  const cr = state.stripCr && content > 0 && bytes[start + content - 1] === 0x0d ? 1 : 0;
  const end = start + content - cr;
  const text = plainText(bytes, start, end);
  const length = content + delimiter;
  const line: LineFrame =
    text === undefined
      ? { type: "frame", dir, span: [offset, length], data: toHex(bytes, start, end) }
      : { type: "frame", dir, span: [offset, length], text };
  outputs.push(line);
  consume(window, length);
  state.scanned = 0;
}

function takeTooLong(state: LinesState, length: number, goesOn: boolean, outputs: FramerOutput[]): void {
  outputs.push(takeFault(state, "too-long", length));
  state.scanned = 0;
  state.overlong = goesOn;
}
