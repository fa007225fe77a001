import type { Frame, FramerOutput } from "../machine/machine.ts";
import { type Ending, type Framing, RAW_MAX, takeFault, takePieces } from "./framing.ts";
import { consume, waiting } from "./window.ts";

/**
 * The state of a search for frames that can begin at any byte. The window's front is either rubbish that is not reported yet, or
 * a frame that failed and whose bytes are searched for frames that it hid.
 */
export interface Search extends Framing {
  /** So many of the waiting bytes begin no frame. */
  passed: number;
  /** The fault of the failed frame at the front, and its size in bytes. */
  failed: { readonly fault: string; readonly size: number } | undefined;
  /** Bytes that may still be checked in vain inside failed frames, and up to where in the stream they were granted. */
  effort: number;
  grantedTo: number;
}

/** What stands at a position: a frame of a size; nothing that begins one; the beginning of one; one that failed. */
export type Verdict = Whole | Nothing | Wait | Failed;
export type Nothing = { readonly type: "nothing" };
export type Wait = { readonly type: "wait" };
export type Whole = { readonly type: "whole"; readonly size: number; readonly layout: number };
export type Failed = { readonly type: "failed"; readonly size: number; readonly fault: string };
export const NOTHING: Nothing = { type: "nothing" };
export const WAIT: Wait = { type: "wait" };

/**
 * How a protocol knows its frames. Verdicts depend on the bytes from the position on, and on whether they are `final`: then a
 * beginning is only a beginning when nothing else fits.
 */
export interface Candidates<S extends Search> {
  /** The first position in `[from, to)` where a frame might begin, else `to`. */
  seek(state: S, from: number, to: number): number;
  judge(state: S, position: number, final: boolean): Verdict;
  frame(state: S, whole: Whole): Frame;
}

/**
 * Looking for frames inside failed frames may check the same bytes again and again: a hostile peer could make that quadratic. So
 * each byte of the stream grants so many bytes of checking in vain, and no more than a burst is saved up. When that is used up,
 * the rest of a failed frame is not searched. Whatever comes, the work is linear in the bytes; rubbish and broken frames
 * of real devices stay far below.
 */
const EFFORT_PER_BYTE = 256;
const EFFORT_BURST = 4_194_304;

export function beginSearch(framing: Framing): Search {
  return { ...framing, passed: 0, failed: undefined, effort: EFFORT_BURST, grantedTo: 0 };
}

/**
 * Takes frames and faults off the front of the window, as far as its bytes decide; with an `ending`, takes everything.
 *
 * After a frame that failed, the search goes on at its second byte: a frame that begins inside it is found, and the fault then
 * ends where that frame begins. Bytes that begin no frame are fault `rubbish`, one a run, in pieces of RAW_MAX bytes. So each
 * byte is in exactly one frame or fault.
 */
export function search<S extends Search>(
  state: S,
  candidates: Candidates<S>,
  ending: Ending | undefined,
  outputs: FramerOutput[],
): void {
  const { window } = state;
  for (;;) {
    if (state.failed !== undefined && state.passed >= state.failed.size) reportFailed(state, outputs);
    const limit = state.failed === undefined ? window.end : window.start + state.failed.size;
    const position = candidates.seek(state, window.start + state.passed, limit);
    state.passed = position - window.start;
    if (position < limit) {
      const verdict = candidates.judge(state, position, ending !== undefined);
      if (verdict.type !== "wait") meet(state, verdict, candidates, outputs);
      else if (ending === undefined) break;
      else meet(state, { type: "failed", fault: ending, size: window.end - position }, candidates, outputs);
    } else if (state.failed === undefined) break;
  }
  reportRubbish(state, ending !== undefined, outputs);
}

function meet<S extends Search>(
  state: S,
  verdict: Exclude<Verdict, Wait>,
  candidates: Candidates<S>,
  outputs: FramerOutput[],
): void {
  if (verdict.type === "nothing") state.passed += 1;
  else if (verdict.type === "failed" && state.failed !== undefined) {
    state.effort -= verdict.size;
    state.passed = state.effort < 0 ? state.failed.size : state.passed + 1;
  } else {
    takeBefore(state, outputs);
    if (verdict.type === "whole") {
      outputs.push(candidates.frame(state, verdict));
      consume(state.window, verdict.size);
    } else {
      state.failed = verdict;
      state.passed = 1;
      grantEffort(state, verdict.size);
    }
  }
}

/** Counted from where the failed frame begins, which no chunking changes. */
function grantEffort(state: Search, size: number): void {
  const { offset } = state.window;
  state.effort = Math.min(EFFORT_BURST, state.effort + EFFORT_PER_BYTE * (offset + size - state.grantedTo));
  state.grantedTo = offset + size;
}

/** A frame, or a frame that failed, begins where the search stands: what is before it is reported. */
function takeBefore(state: Search, outputs: FramerOutput[]): void {
  if (state.failed === undefined) takePieces(state, "rubbish", state.passed, outputs);
  else outputs.push(takeFault(state, state.failed.fault, state.passed));
  state.failed = undefined;
  state.passed = 0;
}

function reportFailed(state: Search, outputs: FramerOutput[]): void {
  if (state.failed !== undefined) outputs.push(takeFault(state, state.failed.fault, state.failed.size));
  state.failed = undefined;
  state.passed = 0;
}

/** Whole pieces as soon as they are known, so that endless rubbish stays bounded; the rest when the run is over. */
function reportRubbish(state: Search, over: boolean, outputs: FramerOutput[]): void {
  if (state.failed !== undefined) return;
  const known = over ? waiting(state.window) : state.passed;
  const length = over ? known : known - (known % RAW_MAX);
  takePieces(state, "rubbish", length, outputs);
  state.passed -= length;
}
