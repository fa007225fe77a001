import { Buffer } from "node:buffer";
import { assert, FieldtapeError } from "../errors.ts";
import { type Nanos, ZERO } from "../time/nanos.ts";
import { type ByteSource, MemorySource } from "./byte-source.ts";
import { type Contents, joined, openContents } from "./file-contents.ts";
import { FileSource } from "./file-source.ts";
import { type FirstLine, judgeFirstLine } from "./first-line.ts";
import { LINE_MAX } from "./limits.ts";
import type { HeaderRecord, RecordBatch } from "./record.ts";
import { type TapeFacts, TapeScanner, type UnreadableLine } from "./scanner.ts";
import { SchemaOneScanner } from "./schema-one-scanner.ts";

export interface OpenTapeOptions {
  /** The file's bytes, if somebody has read them already: `path` then only names it. */
  readonly contents?: Uint8Array;
  /**
   * Goes on after lines that are no records, and stops quietly where compressed data breaks off (`facts().broken`): to look at a
   * damaged tape, or to mend it. Nothing but the shape of each record is then checked. Without it the first thing wrong is thrown.
   */
  readonly onUnreadable?: (line: UnreadableLine) => void;
}

export interface BatchOptions {
  /** Where reading begins, if not at the beginning: a line's first byte (uncompressed), its number, the `at` of the record before. */
  readonly fromByte?: number;
  readonly fromLine?: number;
  readonly fromAt?: Nanos;
  /** Hold the tape against its hash lines, for `facts().damaged`. Default: yes. */
  readonly verify?: boolean;
  readonly signal?: AbortSignal;
}

export interface ReaderFacts extends TapeFacts {
  readonly schema: 1 | 2;
  readonly compressed: boolean;
  /** Why a damaged tape could not be read any further, with `onUnreadable`. */
  readonly broken: FieldtapeError | undefined;
}

type Chunks = AsyncGenerator<Uint8Array, void, undefined>;

/**
 * Opens a tape of any schema and size, plain or compressed (told by its first bytes, not its name).
 *
 * @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE; TAPE_MALFORMED or LIMIT_EXCEEDED for what is no tape; TAPE_UNSUPPORTED for a
 *   later schema, or for a feature that this version does not know, by name.
 */
export async function openTape(path: string, options: OpenTapeOptions = {}): Promise<TapeReader> {
  const source =
    options.contents === undefined ? await FileSource.open(path) : new MemorySource(path, options.contents);
  let contents: Contents | undefined;
  try {
    contents = await openContents(source, 0);
    const head = await readHead(contents.chunks, options.onUnreadable !== undefined);
    const first = options.onUnreadable === undefined ? judgeFirstLine(head, path) : leniently(head, path);
    return new TapeReader(source, options, { ...contents, ...first, head });
  } catch (thrown) {
    await contents?.chunks.return();
    await source[Symbol.asyncDispose]();
    throw thrown;
  }
}

/** A file whose first line was looked at: `chunks` goes on after `head`. */
interface Opened extends Contents, FirstLine {
  readonly head: Buffer;
}

/** A tape that is read in order, as often as wanted (a pipe once), in constant memory. */
export class TapeReader implements AsyncDisposable {
  readonly path: string;
  /** Line 1 of a tape; a golden and a fragment have none. */
  readonly header: HeaderRecord | undefined;
  private readonly source: ByteSource;
  private readonly options: OpenTapeOptions;
  private readonly compressed: boolean;
  private readonly schema: 1 | 2;
  /** Opened to see the first line: the first pass goes on from there. */
  private opened: Opened | undefined;
  /** Of the pass that was begun last. */
  private scanner: TapeScanner | SchemaOneScanner | undefined;
  private broken: FieldtapeError | undefined;

  constructor(source: ByteSource, options: OpenTapeOptions, opened: Opened) {
    this.path = source.path;
    this.source = source;
    this.options = options;
    this.opened = opened;
    this.compressed = opened.compressed;
    this.schema = opened.schema;
    this.header = opened.header;
  }

  /**
   * The records in order, some hundreds a batch.
   * @throws FieldtapeError TAPE_MALFORMED, LIMIT_EXCEEDED, TAPE_UNSUPPORTED with file and line, after all records before that line;
   *   INPUT_UNREADABLE
   */
  async *batches(options: BatchOptions = {}): AsyncGenerator<RecordBatch, void, undefined> {
    const chunks = await this.pass(options.fromByte ?? 0);
    const scanner = this.newScanner(options);
    this.scanner = scanner;
    this.broken = undefined;
    try {
      for await (const chunk of chunks) {
        options.signal?.throwIfAborted();
        yield* scanner.append(chunk);
      }
    } catch (thrown) {
      yield* scanner.takeRead();
      if (this.options.onUnreadable === undefined || !isMalformed(thrown)) throw thrown;
      this.broken = thrown;
    }
  }

  /** Whether it is a file, rather than something that may be slow to come. */
  get seekable(): boolean {
    return this.source.seekable;
  }

  /** About the pass that was begun last, as far as it went. */
  facts(): ReaderFacts {
    const scanner = this.scanner ?? this.newScanner({ verify: false });
    return { ...scanner.facts(), schema: this.schema, compressed: this.compressed, broken: this.broken };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.opened?.chunks.return();
    await this.source[Symbol.asyncDispose]();
  }

  private async pass(fromByte: number): Promise<Chunks> {
    const { opened } = this;
    if (opened !== undefined && fromByte === 0) {
      this.opened = undefined;
      return joined(opened.head, opened.chunks);
    }
    assert(this.source.seekable, `${this.path} is a pipe and can be read once`);
    return (await openContents(this.source, fromByte)).chunks;
  }

  private newScanner(options: BatchOptions): TapeScanner | SchemaOneScanner {
    const { fromByte = 0, fromLine = 1, fromAt = ZERO, verify = true } = options;
    const { onUnreadable } = this.options;
    const common = { file: this.path, verify, ...(onUnreadable === undefined ? {} : { onUnreadable }) };
    if (this.schema === 2) return new TapeScanner({ ...common, from: { byte: fromByte, line: fromLine, at: fromAt } });
    assert(fromByte === 0, "a tape of schema 1 is converted from its beginning");
    return new SchemaOneScanner(common);
  }
}

const isMalformed = (thrown: unknown): thrown is FieldtapeError =>
  thrown instanceof FieldtapeError && thrown.code === "TAPE_MALFORMED";

/** As much as shows the first line: up to its end, or the file's, or more than a line may have. */
async function readHead(chunks: Chunks, lenient: boolean): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    while (length <= LINE_MAX && pieces.at(-1)?.includes(0x0a) !== true) {
      const { value, done } = await chunks.next();
      if (done === true) break;
      pieces.push(Buffer.from(value));
      length += value.length;
    }
  } catch (thrown) {
    // The pass over the rest comes upon the same damage and tells of it.
    if (!lenient || !isMalformed(thrown)) throw thrown;
  }
  return Buffer.concat(pieces);
}

/** A damaged first line is told of by the pass that reads it. */
function leniently(head: Buffer, file: string): FirstLine {
  try {
    return judgeFirstLine(head, file);
  } catch (thrown) {
    if (!(thrown instanceof FieldtapeError)) throw thrown;
    return { schema: 2, header: undefined };
  }
}
