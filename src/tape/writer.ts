import { dirname } from "node:path";
import { assert, type FieldtapeError } from "../errors.ts";
import { later, type Nanos, ZERO } from "../time/nanos.ts";
import { type BlobSource, blobPath, placeBlob, writeBlob } from "./blobs.ts";
import { endAfterFailure } from "./end-after-failure.ts";
import { FlushTimer } from "./flush-timer.ts";
import { NO_HASH } from "./hash-chain.ts";
import type { BlobRecord, TapeRecord } from "./record.ts";
import type { TapeRemains } from "./remains.ts";
import type { EncodedLines } from "./segment-encoder.ts";
import { type SegmentPlace, SegmentSeries } from "./segment-series.ts";
import { blobsFolder, exists, laterSegments, segmentPath } from "./segments.ts";
import { alreadyThere, fileSystem, onDisk, outputFailure, type TapeDisk, type TapeFile } from "./tape-disk.ts";
import { type OpenFile, TapeOutput } from "./tape-output.ts";
import type { TapeWriterOptions } from "./writer-options.ts";

export interface BlobTraits {
  readonly at: Nanos;
  readonly channel?: number;
  readonly media: string;
  readonly name?: string;
}

/**
 * Writes a tape that is valid at any moment. `write` never waits: lines go into a buffer and from there to the disk. A source that can wait looks at
 * `full` and waits for `drained()`; one that cannot drops, and says so by a `gap`.
 *
 * When the disk fails, the file is cut back to its last whole line and closed as well as it can be. Every later call throws or rejects with
 * the same FieldtapeError DISK_FULL or OUTPUT_FAILED; `lost` says how much was given and is not on the tape. Disposing without `close` leaves a
 * tape without an end: valid, and seen as not closed cleanly.
 */
export class TapeWriter implements AsyncDisposable {
  /** Resolves when the disk fails; never rejects. */
  readonly failed: Promise<FieldtapeError>;
  private readonly disk: TapeDisk;
  private readonly firstPath: string;
  private readonly options: TapeWriterOptions;
  private readonly output: TapeOutput;
  private readonly series: SegmentSeries;
  private readonly timer: FlushTimer | undefined;
  private blobsBegun = 0;
  private closing: Promise<void> | undefined;

  private constructor(disk: TapeDisk, { first, firstPath, from }: Beginning, options: TapeWriterOptions) {
    const { header, rotate = {} } = options;
    this.disk = disk;
    this.firstPath = firstPath;
    this.options = options;
    const handlers = {
      lines: (lines: EncodedLines) => this.output.push(lines),
      segment: (number: number, previous: string) => this.queueSegment(number, previous),
    };
    this.series = new SegmentSeries(header, rotate, handlers, from);
    let failed: (failure: FieldtapeError) => void = () => {};
    this.failed = new Promise((resolve) => {
      failed = resolve;
    });
    this.output = new TapeOutput(first, { reuse: (bytes) => this.series.encoder.reuse(bytes), failed });
    const actions = { flush: () => this.series.flush(), sync: () => this.quietly(this.sync()) };
    this.timer = options.live ? new FlushTimer(options.clock, actions) : undefined;
  }

  /**
   * Begins a tape: its header is written when this resolves.
   * @throws FieldtapeError OUTPUT_EXISTS if the tape or a later segment of it is there and `force` is not given; DISK_FULL, OUTPUT_FAILED
   */
  static async create(path: string, options: TapeWriterOptions): Promise<TapeWriter> {
    const compressed = `${path}.gz`;
    const leftovers = [...((await exists(compressed)) ? [compressed] : []), ...(await laterSegments(path))];
    if (options.force === true) {
      for (const leftover of [...leftovers, blobsFolder(path)]) await onDisk(leftover, fileSystem.remove(leftover));
    } else if (leftovers[0] !== undefined) throw alreadyThere(leftovers[0]);
    return TapeWriter.over(fileSystem, path, options);
  }

  /**
   * Goes on with a recording that is over, in its next segment; what is there is not touched. `options.header` is that of the first.
   * @throws FieldtapeError OUTPUT_EXISTS if somebody else goes on with it; DISK_FULL, OUTPUT_FAILED
   */
  static async goOn({ first, header, digits, at }: TapeRemains, options: TapeWriterOptions): Promise<TapeWriter> {
    const next = segmentPath(first, header.segment + 1);
    if (await fileSystem.isEmpty(next)) await onDisk(next, fileSystem.remove(next));
    return TapeWriter.over(fileSystem, first, options, { number: header.segment + 1, at, previous: digits });
  }

  /** The same on any disk; `from`: in the middle of a recording. */
  static async over(
    disk: TapeDisk,
    firstPath: string,
    options: TapeWriterOptions,
    from?: SegmentPlace,
  ): Promise<TapeWriter> {
    const path = segmentPath(firstPath, from?.number ?? 0);
    try {
      const file = await disk.create(path, options.force === true);
      const first = begun(path, file, from?.previous ?? NO_HASH);
      const writer = new TapeWriter(disk, { first, firstPath, ...(from === undefined ? {} : { from }) }, options);
      try {
        await writer.flush();
        if (options.live) await disk.syncFolder(dirname(path));
      } catch (thrown) {
        await writer.abandon();
        throw thrown;
      }
      return writer;
    } catch (thrown) {
      throw outputFailure(path, thrown);
    }
  }

  /** The segment that is being written. */
  get path(): string {
    return this.output.current.path;
  }

  /** Bytes given and not yet in the file, apart from at most 64 KiB that wait for more. */
  get queuedBytes(): number {
    return this.output.queuedBytes;
  }

  /** The disk does not keep up: wait for `drained()`, or drop. */
  get full(): boolean {
    return this.output.full;
  }

  get failure(): FieldtapeError | undefined {
    return this.output.failure;
  }

  /** Lines and bytes that were given and are not on the tape. Nothing, unless the disk failed. */
  get lost(): { readonly lines: number; readonly bytes: number } {
    return this.output.lost;
  }

  /** `at` of the last record. */
  get lastAt(): Nanos {
    return this.series.lastAt;
  }

  /**
   * `at` may not go back, and counts from the beginning of segment 0. A source's own header, block and end are passed over.
   * @throws FieldtapeError LIMIT_EXCEEDED if the record does not fit into a line (nothing is then written); the disk's failure
   */
  write(record: TapeRecord): void {
    if (this.output.failure !== undefined) throw this.output.failure;
    assert(this.closing === undefined, "a closed tape is written to");
    this.series.write(record);
    if (this.timer === undefined) return;
    this.timer.touch();
    if (record.type === "mark") this.quietly(this.sync());
  }

  /** Resolves when the queue to the disk is short. */
  drained(): Promise<void> {
    return this.output.drained();
  }

  /** Everything given so far is in the file. */
  flush(): Promise<void> {
    this.series.flush();
    return this.output.written();
  }

  /** Everything given so far survives a power cut. */
  sync(): Promise<void> {
    this.series.flush();
    return this.output.sync();
  }

  /** Ends this segment and begins the next. */
  rotate(at: Nanos = this.series.lastAt): void {
    if (this.output.failure !== undefined) throw this.output.failure;
    this.series.rotate(at);
  }

  /**
   * Puts bytes beside the tape and then a record that names them. It gets the time it is put there if `at` has passed by then.
   * @throws FieldtapeError LIMIT_EXCEEDED beyond 4 GiB; DISK_FULL or OUTPUT_FAILED: the tape goes on without the blob
   */
  async addBlob(source: BlobSource, { at, channel, media, name }: BlobTraits): Promise<BlobRecord> {
    this.blobsBegun++;
    const passing = `${this.firstPath}.blob-${this.blobsBegun}`;
    const stored = await writeBlob(this.disk, passing, source);
    const segment = this.series.hold();
    try {
      await placeBlob(this.disk, passing, blobPath(segmentPath(this.firstPath, segment), stored.sha256));
      const record: BlobRecord = {
        type: "blob",
        at: later(at, this.lastAt),
        ...(channel === undefined ? {} : { channel }),
        media,
        ...stored,
        ...(name === undefined ? {} : { name }),
      };
      this.write(record);
      return record;
    } finally {
      this.series.release();
    }
  }

  /**
   * Ends the tape. Closing a closed one does nothing.
   * @throws FieldtapeError the disk's failure; the tape is then closed as well as it can be
   */
  close({ reason, at = this.lastAt }: { readonly reason: string; readonly at?: Nanos }): Promise<void> {
    this.closing ??= this.finish(() => this.series.end(reason, at));
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.abandon();
  }

  /** Keeps what was written, without an end. */
  private abandon(): Promise<void> {
    this.closing ??= this.finish(() => this.series.flush());
    return this.closing.catch(() => undefined);
  }

  private async finish(last: () => void): Promise<void> {
    const { output, options } = this;
    this.timer?.stop();
    if (output.failure === undefined) last();
    // What still waits to be handed out is counted as lost.
    else this.series.flush();
    await (options.live ? output.sync() : output.written()).catch(() => undefined);
    await output.idle();
    const { failure, current } = output;
    if (failure === undefined) {
      await onDisk(current.path, current.file.close());
      return;
    }
    const reason = failure.code === "DISK_FULL" ? "disk-full" : "output-failed";
    output.lose(await endAfterFailure(current, reason, this.series.ownAt));
    await current.file.close().catch(() => undefined);
    if (current.position === 0) await this.disk.remove(current.path);
    throw failure;
  }

  private queueSegment(number: number, previous: string): void {
    const path = segmentPath(this.firstPath, number);
    this.quietly(this.output.afterThat(() => this.openSegment(path, previous)));
    const { keepLast } = this.options;
    if (keepLast === undefined || number < keepLast) return;
    const oldest = segmentPath(this.firstPath, number - keepLast);
    this.quietly(this.output.afterThat(() => this.removeSegment(oldest)));
  }

  private async openSegment(path: string, previous: string): Promise<void> {
    const { output, disk, options } = this;
    const ended = output.current;
    if (options.live) await output.settle();
    await ended.file.close();
    options.closedSegments?.add(ended.path);
    output.current = begun(path, await disk.create(path, options.force === true), previous);
    if (options.live) await disk.syncFolder(dirname(path));
  }

  private async removeSegment(path: string): Promise<void> {
    await this.options.closedSegments?.letGo(path);
    for (const part of [path, `${path}.gz`, blobsFolder(path)]) await this.disk.remove(part);
  }

  /** What fails here is the disk's failure, which every later call tells. */
  private quietly(work: Promise<void>): void {
    work.catch(() => undefined);
  }
}

/** The file that is begun, of a tape whose segment 0 is at `firstPath`. */
interface Beginning {
  readonly first: OpenFile;
  readonly firstPath: string;
  readonly from?: SegmentPlace;
}

const begun = (path: string, file: TapeFile, previous: string): OpenFile => ({
  path,
  file,
  position: 0,
  seal: { at: ZERO, byte: 0, digits: previous, lines: 0, last: false },
});
