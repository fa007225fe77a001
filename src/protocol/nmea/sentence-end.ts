import type { Ending, Framing } from "../framing.ts";
import { checksumAt } from "./checksum.ts";

export interface NmeaOptions {
  /** A sentence without checksum is a fault; otherwise it is taken as it is. */
  readonly requireChecksum: boolean;
  /** The longest sentence in bytes, from its start to its checksum. The standard has 82; real receivers exceed it. */
  readonly maximum: number;
}

export interface NmeaState extends Framing, NmeaOptions {
  /** Between sentences: so many bytes at the front begin nothing. */
  passed: number;
  /** The size of the TAG block before the sentence at the front, or 0. */
  tag: number;
  /** How many bytes of that sentence were looked at, its start among them; 0 between sentences. */
  scanned: number;
  /** Of those behind the start: their exclusive or, and all their bits. */
  sum: number;
  union: number;
}

export const LF = 0x0a;
export const CR = 0x0d;
export const BANG = 0x21;
export const DOLLAR = 0x24;
/** The highest of the bytes that may end a sentence: nearly all others are above. */
const STAR = 0x2a;

/** How the sentence at the front ends, as positions in the window. */
export interface SentenceEnd {
  /** `undefined`: it is a frame. */
  readonly fault: string | undefined;
  /** Behind its fields: at the `*`, if it has a checksum. */
  readonly content: number;
  /** Behind its checksum. */
  readonly text: number;
  /** Behind its line end. */
  readonly stop: number;
}

/** Searches from where the search was left before; `undefined` when more bytes are needed. With an ending there is always an end. */
export function findEnd(state: NmeaState, ending: Ending | undefined): SentenceEnd | undefined {
  const { window, maximum } = state;
  const { bytes } = window;
  const first = window.start + state.tag;
  const limit = Math.min(window.end, first + maximum);
  let at = first + state.scanned;
  let { sum, union } = state;
  let end: SentenceEnd | "open" | undefined;
  for (; at < limit; at++) {
    const byte = bytes[at] ?? 0;
    if (byte <= STAR) {
      end = endAt(state, at, sum, ending);
      if (end !== undefined) break;
    }
    sum ^= byte;
    union |= byte;
  }
  state.scanned = at - first;
  state.sum = sum;
  state.union = union;
  if (end !== undefined && end !== "open") return end;
  if (at === first + maximum) return fault("too-long", at);
  if (ending === undefined) return undefined;
  // The end of a datagram ends its sentence as a line end does.
  if (ending === "truncated" && !state.requireChecksum) return { fault: undefined, content: at, text: at, stop: at };
  return fault(ending, window.end);
}

/** The end that the byte at `at` makes; `open` when that hangs on the next bytes; `undefined` when it is content. */
function endAt(
  state: NmeaState,
  at: number,
  sum: number,
  ending: Ending | undefined,
): SentenceEnd | "open" | undefined {
  const { bytes, start, end } = state.window;
  const byte = bytes[at] ?? 0;
  if (byte === STAR) {
    const text = at + 3;
    if (text > start + state.tag + state.maximum) return undefined;
    if (text > end) return ending === undefined ? "open" : undefined;
    const said = checksumAt(bytes, at + 1);
    if (said === undefined) return undefined;
    const stop = lineEnd(bytes, text, end, ending);
    if (stop === undefined) return "open";
    return { fault: said === sum ? undefined : "bad-checksum", content: at, text, stop };
  }
  if (byte === CR || byte === LF) {
    const stop = lineEnd(bytes, at, end, ending);
    if (stop === undefined) return "open";
    return { fault: state.requireChecksum ? "no-checksum" : undefined, content: at, text: at, stop };
  }
  return byte === DOLLAR || byte === BANG ? fault("cut-short", at) : undefined;
}

function fault(name: string, stop: number): SentenceEnd {
  return { fault: name, content: stop, text: stop, stop };
}

/** Behind the line end that may stand at `at`; `undefined` while a CR LF may still come. */
function lineEnd(bytes: Uint8Array, at: number, end: number, ending: Ending | undefined): number | undefined {
  if (at >= end) return ending === undefined ? undefined : at;
  if (bytes[at] === LF) return at + 1;
  if (bytes[at] !== CR) return at;
  if (at + 1 >= end) return ending === undefined ? undefined : at + 1;
  return bytes[at + 1] === LF ? at + 2 : at + 1;
}
