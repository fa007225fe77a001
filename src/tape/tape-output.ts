import { Buffer } from "node:buffer";
import type { FieldtapeError } from "../errors.ts";
import type { EncodedLines, Seal } from "./segment-encoder.ts";
import { outputFailure, type TapeFile } from "./tape-disk.ts";

/** What to do with the file, in order. `dropped` is called instead of `run` when the disk failed before. */
type Task =
  | { readonly type: "lines"; readonly lines: EncodedLines }
  | { readonly type: "step"; run(): Promise<void>; dropped(failure: FieldtapeError): void };

/** Above the first a recording should wait, or drop and say so; below the second it may go on. */
const QUEUE_HIGH = 4 * 1024 * 1024;
const QUEUE_LOW = 1024 * 1024;
/** Pieces that go out in one call. */
const PIECES_MAX = 64;
const NEWLINE = 0x0a;

/** The file that is being written. Up to `position` it is whole lines: a valid tape at any moment. */
export interface OpenFile {
  readonly path: string;
  readonly file: TapeFile;
  position: number;
  /** The last hash line in the file. */
  seal: Seal;
}

/**
 * The queue between a recording, which must not wait, and the disk, which may be slow. When the disk fails, the file is cut back to its last
 * whole line, what was waiting is counted as lost, and nothing more is written.
 */
export class TapeOutput {
  /** Bytes given and not yet written. */
  queuedBytes = 0;
  failure: FieldtapeError | undefined;
  /** Lines and bytes that were given and will not be in the file. */
  readonly lost = { lines: 0, bytes: 0 };
  current: OpenFile;
  private readonly tasks: Task[] = [];
  private pumping = false;
  private working: Promise<void> = Promise.resolve();
  private unsynced = false;
  private syncing: Promise<void> = Promise.resolve();
  private waiting: (() => void)[] = [];
  private readonly reuse: (bytes: Buffer) => void;
  private readonly failed: (failure: FieldtapeError) => void;

  /** `reuse` is given the bytes that were written; `failed` hears of the first failure. */
  constructor(first: OpenFile, handlers: { reuse(bytes: Buffer): void; failed(failure: FieldtapeError): void }) {
    this.current = first;
    this.reuse = handlers.reuse;
    this.failed = handlers.failed;
  }

  get full(): boolean {
    return this.queuedBytes >= QUEUE_HIGH;
  }

  /** Counts what will not be in the file. */
  lose({ lines, bytes }: { readonly lines: number; readonly bytes: number }): void {
    this.lost.lines += lines;
    this.lost.bytes += bytes;
  }

  push(lines: EncodedLines): void {
    if (this.failure !== undefined) {
      this.lose({ lines: lines.lines, bytes: lines.bytes.length });
      return;
    }
    this.queuedBytes += lines.bytes.length;
    this.tasks.push({ type: "lines", lines });
    this.pump();
  }

  /** Runs when everything pushed so far is in the file. Rejects with the failure of the disk. */
  afterThat(run: () => Promise<void>): Promise<void> {
    const { failure } = this;
    if (failure !== undefined) return Promise.reject(failure);
    return new Promise((resolve, reject) => {
      this.tasks.push({ type: "step", run: () => run().then(resolve), dropped: reject });
      this.pump();
    });
  }

  /** Everything pushed so far is in the file. */
  written(): Promise<void> {
    return this.afterThat(() => Promise.resolve());
  }

  /** The queue is short enough to go on. */
  async drained(): Promise<void> {
    while (this.failure === undefined && this.queuedBytes > QUEUE_LOW) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    if (this.failure !== undefined) throw this.failure;
  }

  /** Everything pushed so far survives a power cut. Writing goes on meanwhile. */
  async sync(): Promise<void> {
    await this.written();
    await this.settle();
    if (this.failure !== undefined) throw this.failure;
  }

  /** No sync is under way and none is owed. */
  async settle(): Promise<void> {
    await this.syncing;
    if (!this.unsynced || this.failure !== undefined) return;
    this.unsynced = false;
    this.syncing = this.current.file.datasync().catch((thrown: unknown) => this.fail(thrown));
    await this.syncing;
  }

  /** Nothing is being done with the file any more, also after a failure. */
  async idle(): Promise<void> {
    await this.working;
    await this.syncing;
  }

  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    this.working = this.work();
  }

  private async work(): Promise<void> {
    try {
      for (let task = this.tasks[0]; task !== undefined; task = this.tasks[0]) {
        if (task.type === "lines") await this.writeLines(this.takeLines());
        else {
          // Taken off first: should it fail, it is told by its own rejection.
          this.tasks.shift();
          await task.run().catch((thrown: unknown) => this.dropAfter(task, thrown));
        }
        this.wake();
      }
    } catch (thrown) {
      this.fail(thrown);
    }
    this.pumping = false;
  }

  private dropAfter(task: Extract<Task, { type: "step" }>, thrown: unknown): never {
    task.dropped(outputFailure(this.current.path, thrown));
    throw thrown;
  }

  private takeLines(): EncodedLines[] {
    const next = this.tasks.findIndex((task) => task.type !== "lines");
    const count = Math.min(next === -1 ? this.tasks.length : next, PIECES_MAX);
    return this.tasks.splice(0, count).flatMap((task) => (task.type === "lines" ? [task.lines] : []));
  }

  private async writeLines(given: readonly EncodedLines[]): Promise<void> {
    const { current } = this;
    const pieces = given.map(({ bytes }) => bytes);
    const total = lengthOf(pieces);
    let written = 0;
    try {
      while (written < total) {
        const count = await current.file.write(behind(pieces, written), current.position + written);
        if (count === 0) throw new Error("the system wrote nothing");
        written += count;
      }
      current.position += total;
      this.unsynced = true;
    } catch (thrown) {
      await this.cutBack(pieces, written);
      throw thrown;
    } finally {
      this.queuedBytes -= total;
      this.noteSeals(given);
    }
    for (const piece of pieces) this.reuse(piece);
  }

  /** After a write that broke off: what the disk took is kept to its last whole line. */
  private async cutBack(pieces: readonly Buffer[], written: number): Promise<void> {
    const { current } = this;
    const all = Buffer.concat(pieces);
    const kept = written === 0 ? 0 : all.lastIndexOf(NEWLINE, written - 1) + 1;
    current.position += kept;
    this.lose({ lines: linesIn(all.subarray(kept)), bytes: all.length - kept });
    // A disk that refuses this too leaves a torn last line, which a reader passes over.
    await current.file.truncate(current.position).catch(() => undefined);
  }

  private noteSeals(given: readonly EncodedLines[]): void {
    for (const { seals } of given) {
      for (const seal of seals) if (seal.byte <= this.current.position) this.current.seal = seal;
    }
  }

  private fail(thrown: unknown): void {
    if (this.failure !== undefined) return;
    const failure = outputFailure(this.current.path, thrown);
    this.failure = failure;
    for (const task of this.tasks.splice(0)) {
      if (task.type === "step") task.dropped(failure);
      else {
        this.lose({ lines: task.lines.lines, bytes: task.lines.bytes.length });
        this.queuedBytes -= task.lines.bytes.length;
      }
    }
    this.wake();
    this.failed(failure);
  }

  private wake(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resume of waiting) resume();
  }
}

const lengthOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, piece) => sum + piece.length, 0);

/** The pieces without their first `written` bytes. */
function behind(pieces: readonly Buffer[], written: number): readonly Buffer[] {
  if (written === 0) return pieces;
  let passed = written;
  return pieces.flatMap((piece) => {
    const rest = piece.subarray(Math.min(passed, piece.length));
    passed -= piece.length - rest.length;
    return rest.length === 0 ? [] : [rest];
  });
}

/** Newlines in the bytes. */
export function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}
