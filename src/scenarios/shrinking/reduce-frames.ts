import type { Dir } from "../../bytes/channel.ts";
import type { Frame, Span } from "../../machine/machine.ts";
import type { SubjectRun } from "../../replayer/subject.ts";
import type { Candidate } from "./candidate.ts";
import type { Reduction } from "./reduce-records.ts";
import { reduceValue } from "./reduce-value.ts";
import { smallest } from "./smallest.ts";
import type { Trials } from "./trials.ts";
import { bytesAt, type WirePlace, withBytesAt, withReads } from "./wire-bytes.ts";

/** How a subject sees a tape: which frames it finds, and how they are said otherwise. */
export interface FrameView {
  /** The frames of the candidate's tape without its faults, in the order said. */
  framesOf(candidate: Candidate): Promise<readonly SeenFrame[]>;
  /** Absent: the subject cannot re-encode, and frames are bytes like any others. */
  readonly rewrite?: NonNullable<SubjectRun["rewrite"]>;
}

export interface SeenFrame extends WirePlace {
  readonly value: Frame;
}

/** Members that say where a frame is, not what it says. */
const PLACE_KEYS: ReadonlySet<string> = new Set(["type", "dir", "span"]);

/** Makes what frames say smaller, through the subject's own encoder: lengths and checks stay right. */
export function reduceFields(view: FrameView): Reduction {
  const { rewrite } = view;
  if (rewrite === undefined) return async (candidate) => candidate;
  return async (candidate, trials) => {
    let best = candidate;
    const count = (await view.framesOf(best)).length;
    for (let index = 0; index < count && trials.over === undefined; index += 1) {
      const frame = (await view.framesOf(best))[index];
      if (frame !== undefined) best = await reduceFrame(best, { ...view, rewrite, frame }, trials);
    }
    return best;
  };
}

interface OneFrame extends FrameView {
  readonly rewrite: NonNullable<FrameView["rewrite"]>;
  readonly frame: SeenFrame;
}

async function reduceFrame(candidate: Candidate, { framesOf, rewrite, frame }: OneFrame, trials: Trials) {
  let best = candidate;
  let current: SeenFrame | undefined = frame;
  for (const [key, member] of Object.entries(frame.value)) {
    if (PLACE_KEYS.has(key) || member === undefined) continue;
    await reduceValue([key], member, async (path, value) => {
      const bytes = current === undefined ? undefined : bytesAt(best.records, current);
      if (current === undefined || bytes === undefined) return false;
      const said = await rewrite({ bytes, value: current.value }, [{ path, value }]);
      if (said === undefined) return false;
      const next = { ...best, records: withBytesAt(best.records, current, said) };
      if (!(await trials.show(next))) return false;
      best = next;
      // What is computed from what was edited is another now, too.
      current = (await framesOf(best)).find((other) => isSamePlace(other, frame));
      return true;
    });
  }
  return best;
}

function isSamePlace(one: WirePlace, other: WirePlace): boolean {
  return one.channel === other.channel && one.dir === other.dir && one.span[0] === other.span[0];
}

/**
 * Leaves out bytes that are in no frame; all bytes, where the subject cannot re-encode. A frame never loses some of its bytes this way when
 * its encoder could have left them out.
 */
export function reduceBytes(view: FrameView): Reduction {
  return async (candidate, trials) => {
    let best = candidate;
    for (let index = 0; index < best.records.length && trials.over === undefined; ) {
      const next = await reduceRead(best, index, view, trials);
      // A read that lost all its bytes is gone, and the next one has its place.
      if (next.records.length === best.records.length) index += 1;
      best = next;
    }
    return best;
  };
}

async function reduceRead(candidate: Candidate, index: number, view: FrameView, trials: Trials): Promise<Candidate> {
  const read = candidate.records[index]?.record;
  if (read?.type !== "raw") return candidate;
  const framed = await framedIn(candidate, index, view);
  const free = [...read.bytes.keys()].filter((at) => !framed(at));
  const without = (part: readonly number[]): Candidate => {
    const kept = new Set(part);
    const bytes = read.bytes.filter((_, at) => framed(at) || kept.has(at));
    return { ...candidate, records: withReads(candidate.records, new Map([[index, bytes]])) };
  };
  const kept = await smallest(free, (part) => trials.show(without(part)));
  return kept === free ? candidate : without(kept);
}

/** Which bytes of a read belong to frames that the subject re-encodes. */
async function framedIn(
  candidate: Candidate,
  index: number,
  { framesOf, rewrite }: FrameView,
): Promise<(at: number) => boolean> {
  const read = candidate.records[index]?.record;
  if (rewrite === undefined || read?.type !== "raw") return () => false;
  const start = offsetOf(candidate, index, read);
  const spans = (await framesOf(candidate))
    .filter(({ channel, dir }) => channel === read.channel && dir === read.dir)
    .map(({ span }): Span => [span[0] - start, span[1]]);
  return (at) => spans.some(([offset, length]) => at >= offset && at < offset + length);
}

/** How many bytes of its channel and direction stand before a read. */
function offsetOf({ records }: Candidate, index: number, { channel, dir }: { channel: number; dir: Dir }): number {
  let offset = 0;
  for (const { record } of records.slice(0, index)) {
    if (record.type === "raw" && record.channel === channel && record.dir === dir) offset += record.bytes.length;
  }
  return offset;
}
