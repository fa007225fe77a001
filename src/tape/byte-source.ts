/** Bytes in order, from any byte on: a file's, or those that somebody has read already. */
export interface ByteSource extends AsyncDisposable {
  /** What errors call it. */
  readonly path: string;
  /** Whether it can be read more than once, and from any byte. */
  readonly seekable: boolean;
  /** Chunks from byte `start` on. A chunk is valid until the next one is asked for. */
  chunks(start: number): AsyncGenerator<Uint8Array, void, undefined>;
}

/** The contents of a file that were read at once. */
export class MemorySource implements ByteSource {
  readonly path: string;
  readonly seekable = true;
  readonly #bytes: Uint8Array;

  constructor(path: string, bytes: Uint8Array) {
    this.path = path;
    this.#bytes = bytes;
  }

  async *chunks(start: number): AsyncGenerator<Uint8Array, void, undefined> {
    if (start < this.#bytes.length) yield this.#bytes.subarray(start);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
