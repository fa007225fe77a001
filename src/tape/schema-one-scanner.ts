import { Buffer, isUtf8 } from "node:buffer";
import { FieldtapeError } from "../errors.ts";
import { LINE_MAX } from "./limits.ts";
import type { HeaderRecord, RecordBatch, TapeRecord } from "./record.ts";
import { located, type ScannerOptions, type TapeFacts, tooLong } from "./scanner.ts";
import { SchemaOneReader } from "./schema-one.ts";

const NEWLINE = 0x0a;

/**
 * Bytes of a schema 1 tape in, records of schema 2 out, like `TapeScanner`. One line may give several records: the lines of its
 * batches are those of the tape that it would be in schema 2, those of its errors are the file's.
 */
export class SchemaOneScanner {
  private readonly options: ScannerOptions;
  private converter: SchemaOneReader | undefined;
  private tail: Buffer = Buffer.alloc(0);
  private byte = 0;
  private line = 1;
  private firstLine = 1;
  private records: TapeRecord[] = [];

  constructor(options: ScannerOptions) {
    this.options = options;
  }

  /** The header that the tape has in schema 2. Known once line 1 was read. */
  get header(): HeaderRecord | undefined {
    return this.converter?.header;
  }

  /** @throws FieldtapeError TAPE_MALFORMED or LIMIT_EXCEEDED with file and line */
  append(chunk: Uint8Array): readonly RecordBatch[] {
    const bytes = Buffer.concat([this.tail, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      this.take(bytes.subarray(start, end));
      this.byte += end + 1 - start;
      this.line++;
      start = end + 1;
    }
    this.tail = bytes.subarray(start);
    if (this.tail.length >= LINE_MAX) throw this.located(tooLong());
    return this.takeRead();
  }

  takeRead(): readonly RecordBatch[] {
    const { firstLine, records } = this;
    if (records.length === 0) return [];
    this.records = [];
    this.firstLine += records.length;
    return [{ firstLine, records }];
  }

  facts(): TapeFacts {
    const { line, byte, tail } = this;
    const sealed = { hashLines: 0, unsealedBytes: byte, damaged: [], damagedCount: 0 };
    return { lines: line - 1, bytes: byte, tornBytes: tail.length, end: undefined, ...sealed };
  }

  private take(bytes: Buffer): void {
    try {
      if (bytes.length >= LINE_MAX) throw tooLong();
      if (!isUtf8(bytes)) throw new FieldtapeError("TAPE_MALFORMED", "the line is not valid UTF-8");
      const line = bytes.toString("utf8");
      if (this.converter === undefined) {
        this.converter = new SchemaOneReader(line);
        this.records.push(this.converter.header);
      }
      for (const record of this.converter.read(line)) this.records.push(record);
    } catch (thrown) {
      if (!(thrown instanceof FieldtapeError)) throw thrown;
      const error = this.located(thrown);
      if (this.options.onUnreadable === undefined) throw error;
      this.options.onUnreadable({ line: this.line, start: this.byte, end: this.byte + bytes.length + 1, error });
    }
  }

  private located(error: FieldtapeError): FieldtapeError {
    return located(error, this.options.file, this.line);
  }
}
