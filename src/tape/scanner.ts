import { Buffer, isUtf8 } from "node:buffer";
import { FieldtapeError } from "../errors.ts";
import { type Nanos, ZERO } from "../time/nanos.ts";
import { BlockLedger, type DamagedBlock } from "./block-ledger.ts";
import { CanonicalLines } from "./canonical-line.ts";
import { LINE_MAX } from "./limits.ts";
import { parseRecord } from "./line.ts";
import { LineOrder } from "./line-order.ts";
import type { EndRecord, HeaderRecord, RecordBatch, TapeRecord } from "./record.ts";

/** Where reading begins, if not at the beginning: the byte at which `line` starts, and the `at` of the record before it. */
export interface TapePlace {
  readonly byte: number;
  readonly line: number;
  readonly at: Nanos;
}

export interface ScannerOptions {
  /** Names the tape in errors. */
  readonly file: string;
  /** Hold the tape against its hash lines. */
  readonly verify: boolean;
  readonly from?: TapePlace;
  /**
   * Goes on after a line that is no record, and tells of it; what may follow what is then not checked. Without it the first line that
   * is wrong is thrown.
   */
  readonly onUnreadable?: (line: UnreadableLine) => void;
  /** No tape but a conversation in its records: any may follow any. */
  readonly unordered?: true;
  /** Lines that begin so are somebody else's: they are handed on as `unknown`, unread. ASCII. */
  readonly foreign?: string;
}

/** A line that is no record. */
export interface UnreadableLine {
  readonly line: number;
  /** Its bytes in the tape, with its `\n`. */
  readonly start: number;
  readonly end: number;
  readonly error: FieldtapeError;
}

/** What is known about a tape as far as it was read. */
export interface TapeFacts {
  /** Whole lines, and the bytes they take. */
  readonly lines: number;
  readonly bytes: number;
  /** Bytes of a last line without `\n`, which is not read. Known after the last byte. */
  readonly tornBytes: number;
  /** There if the tape was closed properly. */
  readonly end: EndRecord | undefined;
  readonly hashLines: number;
  /** Bytes after the last hash line: not vouched for, not damaged. */
  readonly unsealedBytes: number;
  /** Blocks that do not match their hash line: damaged, or edited by hand. At most the first 1,000. */
  readonly damaged: readonly DamagedBlock[];
  readonly damagedCount: number;
}

const NEWLINE = 0x0a;

/**
 * Bytes in, records out; no file, no waiting. Chunks may be cut anywhere and reused afterwards: nothing of them is kept but the
 * beginning of a line. Memory is bounded by one chunk and one line.
 */
export class TapeScanner {
  private readonly options: ScannerOptions;
  private readonly canonical = new CanonicalLines();
  private readonly ledger: BlockLedger;
  private readonly order: LineOrder;
  /** The beginning of a line whose end has not come yet. */
  private tail: Buffer[] = [];
  private tailLength = 0;
  /** The line is too long, and was already reported: its rest is passed over. */
  private overlong = false;
  private byte: number;
  private line: number;
  private batches: RecordBatch[] = [];
  private records: TapeRecord[] = [];
  private firstLine: number;

  constructor(options: ScannerOptions) {
    this.options = options;
    const from = options.from ?? { byte: 0, line: 1, at: ZERO };
    this.byte = from.byte;
    this.line = from.line;
    this.firstLine = from.line;
    this.order = new LineOrder(from);
    this.ledger = new BlockLedger(options.verify, from);
  }

  /** Line 1 of a tape; a golden and a fragment have none. Known once line 1 was read. */
  get header(): HeaderRecord | undefined {
    return this.order.header;
  }

  /**
   * The next bytes. Returns the records of the lines that are whole now.
   * @throws FieldtapeError TAPE_MALFORMED, LIMIT_EXCEEDED or TAPE_UNSUPPORTED with file and line. What was read before that line is
   *   then returned by `takeRead`.
   */
  append(chunk: Uint8Array): readonly RecordBatch[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    if (this.tailLength > 0 || this.overlong) {
      start = bytes.indexOf(NEWLINE) + 1;
      if (start === 0) {
        this.keepTail(bytes);
        return [];
      }
      this.joinTail(bytes.subarray(0, start));
    }
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > start) this.scan(bytes, start, end);
    if (bytes.length > Math.max(start, end)) this.keepTail(bytes.subarray(Math.max(start, end)));
    return this.takeRead();
  }

  /** Records that were read and not yet handed out. */
  takeRead(): readonly RecordBatch[] {
    this.closeBatch();
    const { batches } = this;
    this.batches = [];
    return batches;
  }

  facts(): TapeFacts {
    const { line, byte, ledger } = this;
    return {
      lines: line - 1,
      bytes: byte,
      tornBytes: this.tailLength,
      end: this.order.end,
      hashLines: ledger.hashLines,
      unsealedBytes: byte - ledger.sealedTo,
      damaged: ledger.damaged,
      damagedCount: ledger.damagedCount,
    };
  }

  private scan(bytes: Buffer, start: number, end: number): void {
    const { canonical, order, ledger } = this;
    const unordered = this.options.unordered === true;
    // Checked once for all lines: a newline is never part of a longer character.
    const valid = isUtf8(bytes.subarray(start, end));
    const origin = this.byte - start;
    canonical.over(bytes, end);
    ledger.over(bytes, start, this.byte);
    let line = this.line;
    for (let position = start, next = start; position < end; position = next, line++) {
      const frequent = valid ? canonical.read(position) : undefined;
      if (frequent !== undefined) {
        next = canonical.next;
        if (next - position <= LINE_MAX && (unordered || order.follows(frequent))) {
          this.records.push(frequent);
          continue;
        }
      } else next = bytes.indexOf(NEWLINE, position) + 1;
      this.byte = origin + position;
      this.line = line;
      this.take(bytes, position, next);
    }
    this.byte = origin + end;
    this.line = line;
    ledger.leave(end);
  }

  /** The line `bytes[start, next)`, with its newline, of whatever type and layout. */
  private take(bytes: Buffer, start: number, next: number): void {
    const { order, ledger, options } = this;
    try {
      if (next - start > LINE_MAX) throw tooLong();
      const record = this.foreign(bytes, start, next - 1) ?? parseRecord(bytes, start, next - 1, order.at);
      if (options.onUnreadable === undefined) order.accept(record, this.line);
      else order.pass(record);
      this.records.push(record);
      if (record.type === "header") ledger.begin(record);
      else if (record.type === "block" || record.type === "end") ledger.judge(record, { start, next, line: this.line });
    } catch (thrown) {
      this.refuse(thrown, next - start);
      ledger.judgeUnreadable({ start, next, line: this.line });
    }
  }

  private foreign(bytes: Buffer, start: number, end: number): TapeRecord | undefined {
    const { foreign } = this.options;
    if (foreign === undefined || bytes.toString("latin1", start, start + foreign.length) !== foreign) return undefined;
    const line = bytes.subarray(start, end);
    return isUtf8(line) ? { type: "unknown", at: this.order.at, json: line.toString("utf8") } : undefined;
  }

  /** Tells of the line that begins at `this.byte`, or throws. */
  private refuse(thrown: unknown, length: number): void {
    if (!(thrown instanceof FieldtapeError)) throw thrown;
    const { file, onUnreadable } = this.options;
    const error = located(thrown, file, this.line);
    if (onUnreadable === undefined) throw error;
    this.closeBatch();
    this.firstLine = this.line + 1;
    onUnreadable({ line: this.line, start: this.byte, end: this.byte + length, error });
  }

  private closeBatch(): void {
    if (this.records.length === 0) return;
    this.batches.push({ firstLine: this.firstLine, records: this.records });
    this.firstLine += this.records.length;
    this.records = [];
  }

  private keepTail(bytes: Buffer): void {
    this.tailLength += bytes.length;
    if (!this.overlong && this.tailLength >= LINE_MAX) {
      this.overlong = true;
      for (const piece of this.tail) this.ledger.pass(piece);
      this.tail = [];
      if (this.options.onUnreadable === undefined) this.refuse(tooLong(), this.tailLength);
    }
    // Copied: the chunk may be reused.
    if (this.overlong) this.ledger.pass(bytes);
    else this.tail.push(Buffer.from(bytes));
  }

  private joinTail(rest: Buffer): void {
    const { tail, tailLength, overlong } = this;
    this.tail = [];
    this.tailLength = 0;
    this.overlong = false;
    if (!overlong) {
      const whole = Buffer.concat([...tail, rest]);
      this.scan(whole, 0, whole.length);
      return;
    }
    this.ledger.pass(rest);
    const length = tailLength + rest.length;
    this.refuse(tooLong(), length);
    this.byte += length;
    this.line++;
  }
}

export const tooLong = (): FieldtapeError =>
  new FieldtapeError("LIMIT_EXCEEDED", `the line is longer than the ${LINE_MAX} bytes that a line may have`);

/** The error with its place, and what to do unless it says that itself. */
export function located(error: FieldtapeError, file: string, line: number): FieldtapeError {
  const hint = error.hint ?? `fieldtape tape recover ${file} keeps everything that is whole`;
  return new FieldtapeError(error.code, `${file}:${line}: ${error.message}`, { hint, file, line, cause: error.cause });
}
