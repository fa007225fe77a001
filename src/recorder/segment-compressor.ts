import { FieldtapeError } from "../errors.ts";
import { compressTape } from "../tape/gzip.ts";
import type { ClosedSegments } from "../tape/writer-options.ts";

interface Compressing {
  readonly path: string;
  readonly abort: AbortController;
  readonly over: Promise<void>;
}

/**
 * Compresses the segments that rotation has ended, one after the other, while the recording goes on. The first that fails is the
 * last that is tried: it stays as it was, and a disk that is full is not made fuller.
 */
export class SegmentCompressor implements ClosedSegments {
  readonly #waiting: string[] = [];
  readonly #compressed = new Map<string, string>();
  #current: Compressing | undefined;
  #failure: FieldtapeError | undefined;

  add(path: string): void {
    this.#waiting.push(path);
    this.#next();
  }

  async letGo(path: string): Promise<void> {
    const place = this.#waiting.indexOf(path);
    if (place !== -1) this.#waiting.splice(place, 1);
    if (this.#current?.path !== path) return;
    this.#current.abort.abort();
    await this.#current.over;
  }

  /** How many segments are not compressed yet. */
  get left(): number {
    return this.#waiting.length + (this.#current === undefined ? 0 : 1);
  }

  /** Where a segment is now. */
  pathOf(path: string): string {
    return this.#compressed.get(path) ?? path;
  }

  /** Resolves when all are compressed, or with what one failed of. */
  async finish(): Promise<FieldtapeError | undefined> {
    while (this.#current !== undefined) await this.#current.over;
    return this.#failure;
  }

  #next(): void {
    if (this.#current !== undefined) return;
    const path = this.#failure === undefined ? this.#waiting.shift() : undefined;
    if (path === undefined) {
      this.#waiting.length = 0;
      return;
    }
    const abort = new AbortController();
    this.#current = { path, abort, over: this.#compress(path, abort.signal) };
  }

  async #compress(path: string, signal: AbortSignal): Promise<void> {
    try {
      this.#compressed.set(path, await compressTape(path, { signal }));
    } catch (thrown) {
      if (!signal.aborted) this.#failure = asFailure(path, thrown);
    }
    this.#current = undefined;
    this.#next();
  }
}

function asFailure(path: string, cause: unknown): FieldtapeError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof FieldtapeError ? cause.code : "OUTPUT_FAILED";
  return new FieldtapeError(code, `cannot compress ${path}: ${why}`, {
    file: path,
    cause,
    hint: "the recording is whole: it and all segments after it stay as they are",
  });
}
