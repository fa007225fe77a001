import type { FramerOutput } from "../../machine/machine.ts";
import { type Ending, framerOf, RAW_MAX, takeFault } from "../framing.ts";
import { consume, waiting } from "../window.ts";
import { openSlab, type Slab } from "./ascii-slab.ts";
import { encodeSentence } from "./encode-sentence.ts";
import { frameOf } from "./nmea-frame.ts";
import { BANG, CR, DOLLAR, findEnd, LF, type NmeaOptions, type NmeaState } from "./sentence-end.ts";
import { readTagBlock } from "./tag-block.ts";

export const NMEA_OPTIONS: NmeaOptions = { requireChecksum: true, maximum: 1_024 };

const BACKSLASH = 0x5c;

/**
 * NMEA 0183: sentences from `$` or `!` to `*` and two hex digits, then a line end (CR LF, LF, CR, or none where something else
 * is glued on). Both starts are reserved characters: either always begins a new sentence.
 *
 * Faults: `bad-checksum`; `no-checksum` (the line ended first); `cut-short` (another sentence began first); `too-long`; `bad-tag`
 * (a TAG block with a wrong checksum, or with no sentence behind it); `rubbish` (anything between sentences, comments too: a
 * line each, in pieces of at most 1,024 bytes); `interrupted`, `truncated`, `unfinished`. Empty lines are nothing.
 */
export const nmea = framerOf<NmeaOptions, NmeaState>({
  name: "nmea",
  initial({ requireChecksum, maximum }, framing) {
    return { ...framing, requireChecksum, maximum, passed: 0, tag: 0, scanned: 0, sum: 0, union: 0 };
  },
  take: (state, outputs) => takeAll(state, undefined, outputs),
  giveUp(state, ending, outputs) {
    takeAll(state, ending, outputs);
    takeRubbish(state, state.window.end, outputs);
  },
  reencode: encodeSentence,
});

function takeAll(state: NmeaState, ending: Ending | undefined, outputs: FramerOutput[]): void {
  const slab = openSlab();
  for (;;) {
    const taken = state.scanned > 0 ? takeSentence(state, ending, slab, outputs) : takeBetween(state, ending, outputs);
    if (!taken) return;
  }
}

/** Takes the sentence at the front; false while its end is not known. */
function takeSentence(state: NmeaState, ending: Ending | undefined, slab: Slab, outputs: FramerOutput[]): boolean {
  const end = findEnd(state, ending);
  if (end === undefined) return false;
  const size = end.stop - state.window.start;
  if (end.fault === undefined) {
    outputs.push(frameOf(state, end, slab));
    consume(state.window, size);
  } else outputs.push(takeFault(state, end.fault, size));
  state.tag = 0;
  state.scanned = 0;
  return true;
}

/** Passes over rubbish until a sentence or a TAG block begins; false when more bytes are needed to know. */
function takeBetween(state: NmeaState, ending: Ending | undefined, outputs: FramerOutput[]): boolean {
  const { window } = state;
  const { bytes, end } = window;
  for (let at = window.start + state.passed; at < end; at++) {
    // At the same byte wherever reads were cut.
    if (at - window.start === RAW_MAX) takeRubbish(state, at, outputs);
    const byte = bytes[at] ?? 0;
    if (byte === DOLLAR || byte === BANG) {
      if (at + 1 === end && ending === undefined) return waitAt(state, at);
      // Of several starts in a row only the last begins a sentence.
      if (!startsAt(state, at + 1)) return beginSentence(state, at, 0, outputs);
    } else if (byte === BACKSLASH) {
      const block = readTagBlock(bytes, at, end);
      const open = block.type !== "none" && (block.type === "wait" || at + block.size === end);
      if (open && ending === undefined) return waitAt(state, at);
      if (block.type === "tag" && startsAt(state, at + block.size))
        return beginSentence(state, at, block.size, outputs);
      if (block.type !== "none") return takeTagBlock(state, at, block.type === "wait" ? ending : block.size, outputs);
    } else if (byte === LF || byte === CR) {
      if (at === window.start) consume(window, 1);
      else if (byte === LF) takeRubbish(state, at + 1, outputs);
    }
  }
  return waitAt(state, end);
}

function startsAt({ window }: NmeaState, position: number): boolean {
  const byte = position < window.end ? window.bytes[position] : undefined;
  return byte === DOLLAR || byte === BANG;
}

/** Nothing is known yet from `position` on. */
function waitAt(state: NmeaState, position: number): false {
  state.passed = position - state.window.start;
  return false;
}

/** What stands before `position` begins nothing. */
function takeRubbish(state: NmeaState, position: number, outputs: FramerOutput[]): void {
  if (position > state.window.start) outputs.push(takeFault(state, "rubbish", position - state.window.start));
  state.passed = 0;
}

function beginSentence(state: NmeaState, position: number, tag: number, outputs: FramerOutput[]): true {
  takeRubbish(state, position, outputs);
  state.tag = tag;
  state.scanned = 1;
  state.sum = 0;
  state.union = 0;
  return true;
}

/** A TAG block that no sentence follows, of a known size, or one that an ending cut off. */
function takeTagBlock(
  state: NmeaState,
  position: number,
  size: number | Ending | undefined,
  outputs: FramerOutput[],
): true {
  takeRubbish(state, position, outputs);
  if (typeof size === "number") outputs.push(takeFault(state, "bad-tag", size));
  else outputs.push(takeFault(state, size ?? "unfinished", waiting(state.window)));
  return true;
}
