import { FieldtapeError } from "../errors.ts";
import { ZERO } from "../time/nanos.ts";
import type { DamagedBlock } from "./block-ledger.ts";
import { type BlobDamage, checkBlobs, type NamedBlob } from "./check-blobs.ts";
import { lastDigits } from "./last-digits.ts";
import { LineOrder } from "./line-order.ts";
import { openTape } from "./reader.ts";
import type { HeaderRecord, RecordBatch, TapeRecord } from "./record.ts";
import type { UnreadableLine } from "./scanner.ts";
import { segmentBefore } from "./segments.ts";

/** One thing that is wrong with a tape. Lines count from 1; bytes are the tape's, uncompressed. */
export type Finding =
  /** Its lines or its hash line were altered after they were written: damaged, or edited by hand. */
  | ({ readonly type: "damaged-block" } & DamagedBlock)
  | {
      readonly type: "unreadable-line";
      readonly line: number;
      readonly start: number;
      readonly end: number;
      readonly why: string;
    }
  /** A record that may not stand where it does. */
  | { readonly type: "misplaced-record"; readonly line: number; readonly why: string }
  /** A hash line whose `records` is not the number of lines before it. */
  | { readonly type: "wrong-count"; readonly line: number; readonly records: number }
  | ({ readonly type: "damaged-blob" } & BlobDamage)
  /** The segment before this one is there, and does not end with the hash that this one goes on from. */
  | { readonly type: "broken-previous"; readonly line: number; readonly segment: string }
  /** The compressed file cannot be read from this line on. */
  | { readonly type: "broken-compression"; readonly line: number; readonly why: string };

export interface CheckReport {
  readonly path: string;
  readonly schema: 1 | 2;
  readonly compressed: boolean;
  readonly lines: number;
  readonly bytes: number;
  readonly hashLines: number;
  /** In the order of their lines; at most the first 1,000 of each type. `findingsCount` has them all. */
  readonly findings: readonly Finding[];
  readonly findingsCount: number;
  /** Not damage: bytes that no hash vouches for, a last line that was never finished, no end, an earlier segment that was not kept. */
  readonly unsealedBytes: number;
  readonly tornBytes: number;
  readonly closed: boolean;
  readonly previousGone: boolean;
}

/**
 * Looks a tape over, whatever its state: every line, every hash, every blob, and whether it goes on from the segment before it.
 *
 * @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE; TAPE_MALFORMED for what never was a tape; TAPE_UNSUPPORTED
 */
export async function checkTape(path: string, signal?: AbortSignal): Promise<CheckReport> {
  const check = new TapeCheck();
  await using tape = await openTape(path, { onUnreadable: (line) => check.unreadable(line) });
  for await (const batch of tape.batches(signal === undefined ? {} : { signal })) check.take(batch);
  const facts = tape.facts();
  if (facts.broken !== undefined) {
    check.note({ type: "broken-compression", line: facts.lines + 1, why: facts.broken.message });
  }
  for (const block of facts.damaged) check.note({ type: "damaged-block", ...block });
  // What is no tape at all, or a tape for others, is no damaged tape.
  if (check.readable === 0 && facts.hashLines === 0) await refuse(path);
  if (check.unsupported !== undefined && facts.damagedCount === 0) throw check.unsupported;
  for (const blob of await checkBlobs(path, check.blobs)) check.note({ type: "damaged-blob", ...blob });
  const before = await continuation(path, check.header);
  if (typeof before === "string") check.note({ type: "broken-previous", line: 1, segment: before });
  const { schema, compressed, lines, bytes, hashLines, unsealedBytes, tornBytes, end } = facts;
  return {
    path,
    schema,
    compressed,
    lines,
    bytes,
    hashLines,
    findings: check.findings.toSorted((a, b) => rankOf(a) - rankOf(b)),
    findingsCount: check.count + facts.damagedCount - facts.damaged.length,
    unsealedBytes,
    tornBytes,
    closed: end !== undefined,
    previousGone: before === GONE,
  };
}

const LISTED_MAX = 1000;
/** Blob records that are looked after; a tape with more has other troubles. */
const BLOBS_MAX = 100_000;

class TapeCheck {
  readonly findings: Finding[] = [];
  count = 0;
  readable = 0;
  header: HeaderRecord | undefined;
  unsupported: FieldtapeError | undefined;
  readonly blobs: NamedBlob[] = [];
  private readonly order = new LineOrder({ at: ZERO });
  private readonly listed = new Map<Finding["type"], number>();

  note(finding: Finding): void {
    this.count++;
    const listed = this.listed.get(finding.type) ?? 0;
    this.listed.set(finding.type, listed + 1);
    if (listed < LISTED_MAX) this.findings.push(finding);
  }

  unreadable({ line, start, end, error }: UnreadableLine): void {
    if (error.code === "TAPE_UNSUPPORTED") this.unsupported = error;
    this.note({ type: "unreadable-line", line, start, end, why: error.message });
  }

  take({ firstLine, records }: RecordBatch): void {
    this.readable += records.length;
    records.forEach((record, index) => {
      if ((record.type === "raw" || record.type === "output") && this.order.follows(record)) return;
      this.place(record, firstLine + index);
    });
  }

  private place(record: TapeRecord, line: number): void {
    try {
      this.order.accept(record, line);
    } catch (thrown) {
      if (!(thrown instanceof FieldtapeError)) throw thrown;
      if (thrown.code === "TAPE_UNSUPPORTED") this.unsupported = thrown;
      this.note({ type: "misplaced-record", line, why: thrown.message });
      this.order.pass(record);
    }
    if (record.type === "header") this.header ??= record;
    if (record.type === "blob" && this.blobs.length < BLOBS_MAX) this.blobs.push({ line, record });
    if ((record.type === "block" || record.type === "end") && record.records !== line - 1) {
      this.note({ type: "wrong-count", line, records: record.records });
    }
  }
}

/** The segment before is not there. */
const GONE = Symbol("gone");

/** `undefined` if the tape goes on from the segment before it, or is the first; else that segment's path. */
async function continuation(path: string, header: HeaderRecord | undefined): Promise<string | undefined | typeof GONE> {
  if (header === undefined || header.segment === 0) return undefined;
  const before = await segmentBefore(path, header.segment);
  if (before === undefined) return GONE;
  return (await lastDigits(before)) === header.previous ? undefined : before;
}

/** By line; a block before what is in it. */
function rankOf(finding: Finding): number {
  return finding.type === "damaged-block" ? finding.firstLine - 0.5 : finding.line;
}

/** Says why, in the words of the reader. */
async function refuse(path: string): Promise<void> {
  const tape = await openTape(path);
  await tape[Symbol.asyncDispose]();
}
