import { Buffer } from "node:buffer";
import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Nanos } from "../time/nanos.ts";
import { nanos } from "../time/nanos.ts";
import { isoDate, startOf } from "./derive.ts";
import { parseRecord } from "./line.ts";
import { lineAt } from "./line-at.ts";
import { openTape } from "./reader.ts";
import type { EndRecord, HeaderRecord } from "./record.ts";
import { segmentsBeside } from "./segments.ts";
import { type Survey, Surveyor } from "./survey.ts";
import { TapeIndex } from "./tape-index.ts";

/** What a tape is and holds, for people and programs. Plain JSON. */
export interface Inspection {
  readonly path: string;
  /** Of the file. */
  readonly size: number;
  readonly schema: 1 | 2;
  readonly compressed: boolean;
  readonly header: HeaderRecord | undefined;
  /** Dates of the first and the last record with content, by `started`. */
  readonly from: string | undefined;
  readonly until: string | undefined;
  /** Nanoseconds between them. */
  readonly duration: number | undefined;
  /** Closed properly: why. */
  readonly closed: string | undefined;
  /** Other segments that lie beside it. */
  readonly segments: readonly string[];
  /** From reading all of it; `undefined` in a quick look at a tape without an index. */
  readonly whole: WholeInspection | undefined;
}

export interface WholeInspection {
  readonly lines: number;
  readonly survey: Survey;
  /** Per second of its duration; 0 if it has none. */
  readonly rates: { readonly records: number; readonly bytes: number };
  readonly hashes: {
    /** `none`: it has no hash line. `edited`: a block does not match its hash: damaged, or edited by hand. */
    readonly state: "none" | "whole" | "edited";
    readonly hashLines: number;
    readonly damagedBlocks: number;
    /** After the last hash line: not vouched for, not damaged. */
    readonly unsealedBytes: number;
  };
  /** Of a last line that was never finished. */
  readonly tornBytes: number;
}

export interface InspectOptions {
  /** Look at the beginning and the end only, unless an index knows the rest. */
  readonly quick: boolean;
  readonly signal?: AbortSignal;
}

const NANOS_PER_SECOND = 1e9;
const TAIL_BYTES = 1_100_000;
const NEWLINE = 0x0a;

/**
 * Looks at a tape. Reading all of it also makes its index, where that is worth storing: the next time is quick.
 * @throws FieldtapeError what reading throws: a damaged tape has to be checked or recovered
 */
export async function inspectTape(path: string, { quick, signal }: InspectOptions): Promise<Inspection> {
  const index = quick ? await TapeIndex.load(path) : await TapeIndex.open(path, signal);
  return index === undefined ? atItsEnds(path) : entirely(path, index);
}

async function entirely(path: string, index: TapeIndex): Promise<Inspection> {
  const { survey, facts } = index;
  const { hashLines, damagedCount, unsealedBytes, lines, tornBytes } = facts;
  const state = hashLines === 0 ? "none" : damagedCount > 0 ? "edited" : "whole";
  const spoken = survey.channels.reduce((sum, { rx, tx }) => sum + rx.bytes + tx.bytes, 0);
  const records = Object.entries(survey.types).reduce((sum, [type, count]) => sum + (isContent(type) ? count : 0), 0);
  const times = { first: survey.firstAt, last: survey.lastAt };
  const base = await outlineOf(path, { ...facts, header: survey.header, end: survey.end }, times);
  const seconds = (base.duration ?? 0) / NANOS_PER_SECOND;
  return {
    ...base,
    whole: {
      lines,
      survey,
      rates: seconds === 0 ? { records: 0, bytes: 0 } : { records: records / seconds, bytes: spoken / seconds },
      hashes: { state, hashLines, damagedBlocks: damagedCount, unsealedBytes },
      tornBytes,
    },
  };
}

/** The header, the first times and the last ones: whatever the size of the tape. */
async function atItsEnds(path: string): Promise<Inspection> {
  await using tape = await openTape(path);
  const surveyor = new Surveyor();
  for await (const { firstLine, records } of tape.batches({ verify: false })) {
    for (const [index, record] of records.entries()) surveyor.take(record, firstLine + index);
    if (surveyor.survey().firstAt !== undefined) break;
  }
  const { firstAt } = surveyor.survey();
  const { compressed, schema } = tape.facts();
  const tail = compressed || schema === 1 ? NOTHING : await lastLines(path);
  const facts = { compressed, schema, header: tape.header, end: tail.end };
  return { ...(await outlineOf(path, facts, { first: firstAt, last: tail.at })), whole: undefined };
}

interface Tail {
  readonly at: Nanos | undefined;
  readonly end: EndRecord | undefined;
}

const NOTHING: Tail = { at: undefined, end: undefined };

async function lastLines(path: string): Promise<Tail> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    const start = end <= 0 ? 0 : buffer.lastIndexOf(NEWLINE, end - 1) + 1;
    const at = end === -1 ? undefined : lineAt(buffer, start, end);
    if (at === undefined) return NOTHING;
    const last = parseRecord(buffer, start, end, nanos(at));
    return { at: nanos(at), end: last.type === "end" ? last : undefined };
  } finally {
    await handle.close();
  }
}

interface Facts {
  readonly schema: 1 | 2;
  readonly compressed: boolean;
  readonly header: HeaderRecord | undefined;
  readonly end: EndRecord | undefined;
}

/** What is known without reading all of it. */
async function outlineOf(
  path: string,
  { schema, compressed, header, end }: Facts,
  { first, last }: { first: Nanos | undefined; last: Nanos | undefined },
): Promise<Omit<Inspection, "whole">> {
  const date = (at: Nanos | undefined) =>
    at === undefined || header === undefined ? undefined : isoDate(startOf(header) + BigInt(at));
  return {
    path,
    size: (await stat(path)).size,
    schema,
    compressed,
    header,
    from: date(first),
    until: date(last),
    duration: first === undefined || last === undefined ? undefined : last - first,
    closed: end?.reason,
    segments: (await segmentsBeside(path)).filter((segment) => basename(segment) !== basename(path)),
  };
}

function isContent(type: string): boolean {
  return type !== "header" && type !== "channel" && type !== "block" && type !== "end";
}
