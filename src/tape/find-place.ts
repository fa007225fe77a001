import { type Nanos, nanos, ZERO } from "../time/nanos.ts";
import { bisect, lineOfByte } from "./bisect.ts";
import { openContents } from "./file-contents.ts";
import { FileSource } from "./file-source.ts";
import { lineAt } from "./line-at.ts";
import { walkLines } from "./line-walk.ts";
import type { Position } from "./position.ts";
import { type Target, type TargetOptions, targetOf } from "./position-target.ts";
import { openTape, type TapeReader } from "./reader.ts";
import type { RecordBatch } from "./record.ts";
import type { TapePlace } from "./scanner.ts";
import { BEGINNING, TapeIndex } from "./tape-index.ts";

/** Where a position lies on a tape. */
export interface FoundPlace {
  /** The line of the first record at or after the position; one behind the last line if the tape is over before. */
  readonly line: number;
  /** Its `at` (0 for the header); `undefined` if the tape is over before. */
  readonly at: Nanos | undefined;
  /** Where reading must begin to come to it. This is the line itself, but for tapes of schema 1, which are read from the beginning. */
  readonly start: TapePlace;
}

/**
 * Finds a position. A time is found without an index too, by halving; a date and a mark make an index, once.
 *
 * @throws FieldtapeError INPUT_MISSING for a mark that is not there; what reading throws
 */
export async function findPlace(path: string, position: Position, options: TargetOptions = {}): Promise<FoundPlace> {
  const { schema, compressed } = await kindOf(path);
  const target = await targetOf(path, position, options);
  if (schema === 1) return findByReading(path, target, options);
  const index = await TapeIndex.load(path);
  if (index !== undefined) return walkTo(path, target, nearest(index, target));
  if (target.type === "line" || compressed) return walkTo(path, target, BEGINNING);
  return findByHalving(path, target);
}

/** The records from a place on. */
export async function* recordsFrom(
  tape: TapeReader,
  { start, line }: FoundPlace,
  options: { readonly verify?: boolean; readonly signal?: AbortSignal } = {},
): AsyncGenerator<RecordBatch, void, undefined> {
  const place = { fromByte: start.byte, fromLine: start.line, fromAt: start.at };
  for await (const batch of tape.batches({ ...options, ...place })) {
    const passed = Math.max(0, line - batch.firstLine);
    if (passed === 0) yield batch;
    else if (passed < batch.records.length)
      yield { firstLine: batch.firstLine + passed, records: batch.records.slice(passed) };
  }
}

async function kindOf(path: string): Promise<{ schema: 1 | 2; compressed: boolean }> {
  await using tape = await openTape(path);
  return tape.facts();
}

function nearest(index: TapeIndex, target: Target): TapePlace {
  return target.type === "at" ? index.beforeAt(target.at) : index.beforeLine(target.line);
}

async function findByReading(path: string, target: Target, { signal }: TargetOptions): Promise<FoundPlace> {
  await using tape = await openTape(path);
  let line = 1;
  for await (const { firstLine, records } of tape.batches(signal === undefined ? {} : { signal })) {
    line = firstLine;
    for (const record of records) {
      const at = record.type === "header" ? undefined : record.at;
      if (reached(target, line, at)) return { line, at: at ?? ZERO, start: BEGINNING };
      line++;
    }
  }
  return { line, at: undefined, start: BEGINNING };
}

function reached(target: Target, line: number, at: number | undefined): boolean {
  return target.type === "line" ? line >= target.line : at !== undefined && at >= target.at;
}

/** A plain tape without an index. The `at` before the place is not known, and need not be: it only has to be no later. */
async function findByHalving(path: string, target: Extract<Target, { type: "at" }>): Promise<FoundPlace> {
  const byte = await bisect(path, target.at);
  return walkTo(path, target, { byte, line: await lineOfByte(path, byte), at: ZERO });
}

async function walkTo(path: string, target: Target, from: TapePlace): Promise<FoundPlace> {
  await using source = await FileSource.open(path);
  const { chunks } = await openContents(source, from.byte);
  let { line, at: before, byte } = from;
  let found: Nanos | undefined;
  await walkLines(chunks, from.byte, (walked) => {
    const { bytes, start, end } = walked;
    const at = lineAt(bytes, start, end);
    byte = walked.byte;
    const now = nanos(Math.max(before, at ?? 0));
    if (reached(target, line, at)) {
      found = now;
      return true;
    }
    before = now;
    line++;
    byte += end + 1 - start;
    return false;
  });
  return { line, at: found, start: { byte, line, at: before } };
}
