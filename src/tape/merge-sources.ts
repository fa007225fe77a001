import { FieldtapeError } from "../errors.ts";
import { type Nanos, nanos, ZERO } from "../time/nanos.ts";
import { recordingOf, sourceId, startOf } from "./derive.ts";
import { refuseOverlap } from "./merge-overlap.ts";
import { openTape } from "./reader.ts";
import type { HeaderRecord } from "./record.ts";
import { TapeIndex } from "./tape-index.ts";

/** A tape that is to be merged with others, and where it lies among them. */
export interface MergeSource {
  readonly path: string;
  readonly header: HeaderRecord;
  /** Parts of one recording have one number, and one set of channels; counted from 0, as the recordings were named. */
  readonly recording: number;
  /** Its `at` 0 in the merged tape. */
  readonly shift: Nanos;
}

export interface MergePlan {
  /** In the order in which records of equal time follow each other. */
  readonly sources: readonly MergeSource[];
  readonly recordings: number;
  /** The date of `at` 0, by the clock of the first recording; in nanoseconds since 1970. */
  readonly started: bigint;
}

interface Recording {
  readonly sources: { readonly path: string; readonly header: HeaderRecord; readonly start: bigint }[];
}

/**
 * Lays tapes out in time. Parts of one recording (its segments, cuts of it) have one clock and lie as they were. Different recordings are
 * laid by the date: by the last step of their clock, since a clock is set because it was wrong, else by `started`. With `align` each
 * recording is laid so that its first mark of that label falls onto that of the first recording.
 *
 * @throws FieldtapeError USAGE for a tape without a date, and for parts that overlap; INPUT_MISSING for a mark that is not there; LIMIT_EXCEEDED for tapes that are too
 *   far apart
 */
export async function planMerge(paths: readonly string[], align: string | undefined): Promise<MergePlan> {
  const recordings = await recordingsOf(paths);
  for (const { sources } of recordings.values()) refuseOverlap(sources);
  const corrections = await correctionsOf([...recordings.values()], align);
  const laid = [...recordings.values()].flatMap(({ sources }, recording) =>
    sources.map((source) => ({ ...source, recording, start: source.start + (corrections[recording] ?? 0n) })),
  );
  const started = laid.toSorted(byStart)[0]?.start ?? 0n;
  const sources = laid.map(({ path, header, recording, start }) => ({
    path,
    header,
    recording,
    shift: shiftOf(path, start - started),
  }));
  return { sources: sources.toSorted(byOrder), recordings: recordings.size, started };
}

async function recordingsOf(paths: readonly string[]): Promise<ReadonlyMap<string, Recording>> {
  const recordings = new Map<string, Recording>();
  const named = new Set<string>();
  for (const path of paths) {
    await using tape = await openTape(path);
    const { header } = tape;
    if (header === undefined) {
      const hint = "a golden or a fragment belongs to no recording and has no date";
      throw new FieldtapeError("USAGE", `${path} has no header by which it could be merged`, { file: path, hint });
    }
    if (named.has(sourceId(header))) throw new FieldtapeError("USAGE", `${path} is named twice`, { file: path });
    named.add(sourceId(header));
    const key = recordingOf(header);
    const recording = recordings.get(key) ?? { sources: [] };
    recording.sources.push({ path, header, start: startOf(header) });
    recordings.set(key, recording);
  }
  return recordings;
}

/** By how much each recording has to be moved for its clock to agree with the first one's. */
async function correctionsOf(recordings: readonly Recording[], align: string | undefined): Promise<readonly bigint[]> {
  if (recordings.length === 1) return [0n];
  if (align === undefined) return Promise.all(recordings.map(lastStep));
  const marks: bigint[] = [];
  for (const recording of recordings) marks.push(await dateOfMark(recording, align));
  return marks.map((mark) => (marks[0] ?? 0n) - mark);
}

async function lastStep({ sources }: Recording): Promise<bigint> {
  let correction = 0n;
  for (const { path, start } of sources.toSorted(byStart)) {
    for (const { at, wall, step } of (await TapeIndex.open(path)).anchors) {
      if (step !== 0) correction = wall - BigInt(at) - start;
    }
  }
  return correction;
}

async function dateOfMark({ sources }: Recording, label: string): Promise<bigint> {
  for (const { path, start } of sources.toSorted(byStart)) {
    const mark = (await TapeIndex.open(path)).marks.find(([, , found]) => found === label);
    if (mark !== undefined) return start + BigInt(mark[1]);
  }
  const file = sources[0]?.path ?? "";
  const hint = `fieldtape tape inspect ${file} shows its marks`;
  throw new FieldtapeError("INPUT_MISSING", `${file} has no mark ${JSON.stringify(label)}`, { file, hint });
}

const byStart = (a: { readonly start: bigint }, b: { readonly start: bigint }): number =>
  a.start < b.start ? -1 : a.start > b.start ? 1 : 0;

function shiftOf(path: string, shift: bigint): Nanos {
  if (shift <= BigInt(Number.MAX_SAFE_INTEGER)) return nanos(Number(shift));
  throw new FieldtapeError("LIMIT_EXCEEDED", `${path} begins more than 104 days after the first of the others`, {
    file: path,
    hint: "if its clock was wrong, put the same mark on both and use --align",
  });
}

function byOrder(a: MergeSource, b: MergeSource): number {
  if (a.recording !== b.recording) return a.recording - b.recording;
  return a.shift - b.shift || a.header.segment - b.header.segment || fromLine(a) - fromLine(b);
}

/** Parts of one tape follow each other by the line at which they were cut. */
function fromLine({ header }: MergeSource): number {
  const { derived } = header.meta;
  if (typeof derived !== "object" || derived === null || !("options" in derived)) return ZERO;
  const { options } = derived;
  if (typeof options !== "object" || options === null || !("fromLine" in options)) return ZERO;
  return typeof options.fromLine === "number" ? options.fromLine : ZERO;
}
