import type { Buffer } from "node:buffer";
import { FieldtapeError } from "../errors.ts";
import { ZERO } from "../time/nanos.ts";
import { CanonicalLines } from "./canonical-line.ts";
import { parseRecord } from "./line.ts";
import { MendedOrder } from "./mended-order.ts";
import { type Piece, PieceSplitter } from "./piece-splitter.ts";
import type { HeaderRecord, TapeRecord } from "./record.ts";
import { salvage } from "./salvage.ts";
import { isSchemaOne, SchemaOneReader } from "./schema-one.ts";

/** Bytes of a damaged tape that are no record. */
export interface Hole {
  readonly line: number;
  readonly byte: number;
  readonly bytes: number;
  readonly why: string;
}

/** What was wrong with a tape, and what became of it. */
export interface MendReport {
  readonly schema: 1 | 2;
  /** Records of the damaged tape that are in the new one; hash lines and the end are not counted, it has its own. */
  readonly kept: number;
  readonly holes: { readonly count: number; readonly bytes: number; readonly first: readonly Hole[] };
  /** Of the bytes in holes: NULs, as a power cut leaves them. */
  readonly nulBytes: number;
  readonly headerLost: boolean;
  /** Headers in the middle: several tapes in one file. The later ones follow in time where the one before ended. */
  readonly laterHeaders: number;
  /** Records whose `at` could not be, and now is that of their neighbour. */
  readonly timesMended: number;
  /** Channels whose declaration was lost. */
  readonly channelsDeclared: number;
  /** Blocks that do not match their hash and yet have no hole: altered, by accident or by hand. */
  readonly altered: number;
  /** The last record was an `end`. */
  readonly closedCleanly: boolean;
}

export interface MendOptions {
  /** Stands in for a header that was lost. */
  readonly fallback: HeaderRecord;
  /** Lines of blocks that do not match their hash, in order. */
  readonly altered: readonly { readonly firstLine: number; readonly lastLine: number }[];
}

const HOLES_LISTED = 100;
const NUL_HOLE = "NULs where data never reached the disk";

/**
 * Damaged bytes in, the records of a tape out: everything that is whole, in an order that a tape may have, with a `gap` of cause `damage`
 * where something was lost (its `bytes` are those of the damaged file). The header comes first. No file: bytes are appended as they come.
 */
export class Mender {
  readonly #splitter: PieceSplitter;
  readonly #canonical = new CanonicalLines();
  readonly #order: MendedOrder;
  readonly #altered: MendOptions["altered"];
  #schemaOne: SchemaOneReader | undefined;
  #schemaKnown = false;
  #lastWasEnd = false;
  readonly #holes: Hole[] = [];
  #holeCount = 0;
  #holeBytes = 0;
  #lastHoleLine = 0;
  #alteredPassed = 0;
  #alteredCount = 0;

  constructor(options: MendOptions, emit: (record: TapeRecord) => void) {
    this.#altered = options.altered;
    this.#order = new MendedOrder(options.fallback, emit);
    this.#splitter = new PieceSplitter({
      region: (bytes, end) => this.#canonical.over(bytes, end),
      quick: (start, line) => this.#quick(start, line),
      piece: (piece) => this.#piece(piece),
      nuls: (run) => this.#hole({ ...run, why: NUL_HOLE }),
    });
  }

  /** @throws FieldtapeError TAPE_UNSUPPORTED for a tape that requires what this version does not know */
  append(chunk: Uint8Array): void {
    this.#splitter.append(chunk);
  }

  /** To be called once, after all bytes. If nothing was kept, there is no header either. */
  end(): MendReport {
    this.#splitter.end();
    this.#passAltered(Number.POSITIVE_INFINITY);
    this.#order.end();
    const { kept, headerLost, laterHeaders, timesMended, channelsDeclared } = this.#order;
    return {
      schema: this.#schemaOne === undefined ? 2 : 1,
      kept,
      holes: { count: this.#holeCount, bytes: this.#holeBytes, first: this.#holes },
      nulBytes: this.#splitter.nulBytes,
      headerLost,
      laterHeaders,
      timesMended,
      channelsDeclared,
      altered: this.#alteredCount,
      closedCleanly: this.#lastWasEnd,
    };
  }

  /** Nearly all lines of nearly all tapes are whole. */
  #quick(start: number, line: number): number {
    if (!this.#schemaKnown || this.#schemaOne !== undefined) return -1;
    const record = this.#canonical.read(start);
    if (record === undefined) return -1;
    this.#passAltered(line);
    this.#lastWasEnd = false;
    this.#order.take(record);
    return this.#canonical.next;
  }

  #piece(piece: Piece): void {
    this.#passAltered(piece.line);
    const { bytes, line, byte } = piece;
    if (this.#try(bytes, 0, bytes.length) || isBlank(bytes)) return;
    let passed = 0;
    const lost = (end: number) => {
      if (end > passed) this.#hole({ line, byte: byte + passed, bytes: end - passed, why: described(piece) });
    };
    salvage(bytes, { start: 0, end: bytes.length }, ({ start, end }) => {
      const records = this.#parse(bytes, start, end);
      if (records === undefined || records.some(isPartOfAValue)) return false;
      lost(start);
      this.#take(records);
      passed = end;
      return true;
    });
    lost(bytes.length);
  }

  #try(bytes: Buffer, start: number, end: number): boolean {
    const records = this.#parse(bytes, start, end);
    if (records !== undefined) this.#take(records);
    return records !== undefined;
  }

  #take(records: readonly TapeRecord[]): void {
    for (const record of records) {
      this.#lastWasEnd = record.type === "end";
      this.#order.take(record);
    }
  }

  /** The records of a whole line; `undefined` if it is none. */
  #parse(bytes: Buffer, start: number, end: number): readonly TapeRecord[] | undefined {
    try {
      if (!this.#schemaKnown) return this.#parseFirst(bytes, start, end);
      if (this.#schemaOne !== undefined) return this.#schemaOne.read(bytes.toString("utf8", start, end));
      return [parseRecord(bytes, start, end, ZERO)];
    } catch (thrown) {
      if (thrown instanceof FieldtapeError && thrown.code !== "TAPE_UNSUPPORTED") return undefined;
      throw thrown;
    }
  }

  /** The first whole line says which schema the tape has. */
  #parseFirst(bytes: Buffer, start: number, end: number): readonly TapeRecord[] {
    const text = bytes.toString("utf8", start, end);
    if (!isSchemaOne(text)) {
      const record = parseRecord(bytes, start, end, ZERO);
      this.#schemaKnown = true;
      return [record];
    }
    const reader = new SchemaOneReader(text);
    const records = reader.read(text);
    this.#schemaOne = reader;
    this.#schemaKnown = true;
    return [reader.header, ...records];
  }

  #hole(hole: Hole): void {
    const last = this.#holes.at(-1);
    const goesOn =
      last !== undefined && hole.why === NUL_HOLE && last.why === NUL_HOLE && last.byte + last.bytes === hole.byte;
    if (goesOn) this.#holes[this.#holes.length - 1] = { ...last, bytes: last.bytes + hole.bytes };
    else {
      this.#holeCount++;
      if (this.#holes.length < HOLES_LISTED) this.#holes.push(hole);
    }
    this.#holeBytes += hole.bytes;
    this.#lastHoleLine = hole.line;
    this.#order.lose(hole.bytes);
  }

  /** A block that was altered without a hole shows nothing of it any more once the tape has new hashes: a mark does. */
  #passAltered(line: number): void {
    for (;;) {
      const block = this.#altered[this.#alteredPassed];
      if (block === undefined || block.lastLine >= line) return;
      this.#alteredPassed++;
      if (this.#lastHoleLine >= block.firstLine) continue;
      this.#alteredCount++;
      this.#order.note(`recovered: lines ${block.firstLine} to ${block.lastLine} did not match their hash`);
    }
  }
}

/** Inside a torn line stand values like `{"type":"frame",…}`, which would pass for records of unknown type; records have an `at`. */
function isPartOfAValue(record: TapeRecord): boolean {
  return record.type === "unknown" && !/^\{"ts":|^\{"type":"(?:[^"\\]|\\.)*","at":[0-9]/.test(record.json);
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}

function described({ bytes, whole }: Piece): string {
  if (bytes[0] !== 0x7b) return "no record";
  return whole ? "a damaged line" : "a torn line";
}
