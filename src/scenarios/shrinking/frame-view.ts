import type { Dir } from "../../bytes/channel.ts";
import type { Json } from "../../bytes/json.ts";
import type { Frame } from "../../machine/machine.ts";
import type { Said } from "../../replayer/divergence.ts";
import type { SubjectRun } from "../../replayer/subject.ts";
import type { Candidate } from "./candidate.ts";
import { playCandidate, type Seating } from "./player.ts";
import type { FrameView, SeenFrame } from "./reduce-frames.ts";

/**
 * How a subject sees tapes. `run` is one that was opened for nothing but re-encoding. A subject that fails on a tape is taken to find no
 * frames on it.
 */
export function frameView(seating: Seating, run: SubjectRun, signal: AbortSignal): FrameView {
  const seen = new WeakMap<Candidate, readonly SeenFrame[]>();
  const framesOf = async (candidate: Candidate): Promise<readonly SeenFrame[]> => {
    const known = seen.get(candidate);
    if (known !== undefined || signal.aborted) return known ?? [];
    const outcome = await playCandidate({ ...candidate, faults: [] }, seating, signal);
    const frames = outcome.type === "said" ? outcome.said.flatMap((record) => seenIn(record, seating)) : [];
    seen.set(candidate, frames);
    return frames;
  };
  const { rewrite } = run;
  return rewrite === undefined ? { framesOf } : { framesOf, rewrite: rewrite.bind(run) };
}

function seenIn(record: Said, seating: Seating): SeenFrame[] {
  if (record.type !== "output" || record.channel === undefined || !isFrame(record.value)) return [];
  const { value } = record;
  return [{ channel: record.channel, dir: onTape(value.dir, seating), span: value.span, value }];
}

/** A participant that stands in for the device hears the tape turned round. */
function onTape(dir: Dir, { subject, settings }: Seating): Dir {
  if (subject.role === "observer" || settings.play === "rx") return dir;
  return dir === "rx" ? "tx" : "rx";
}

/** What a module says is anything: only what has a direction and a span has a place on the wire. */
function isFrame(value: Json): value is Frame {
  if (typeof value !== "object" || value === null || !("span" in value)) return false;
  const { type, dir, span } = value;
  if (type !== "frame" || (dir !== "rx" && dir !== "tx") || !Array.isArray(span) || span.length !== 2) return false;
  return span.every((part) => Number.isSafeInteger(part) && part >= 0);
}
