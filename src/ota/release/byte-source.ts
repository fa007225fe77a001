/** Bytes taken from a stream by count, without more of it in memory than is asked for at once. */
export class ByteSource implements AsyncDisposable {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next bytes: at least one and at most `lengthMax`; none at the end. They are good until the next call. */
  async next(lengthMax: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const chunk = await this.#chunks.next();
      if (chunk.done === true) return new Uint8Array();
      this.#rest = chunk.value;
    }
    const taken = this.#rest.subarray(0, lengthMax);
    this.#rest = this.#rest.subarray(lengthMax);
    return taken;
  }

  /** The next `length` bytes in one piece; fewer if the stream ends before. */
  async take(length: number): Promise<Uint8Array> {
    const taken = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const piece = await this.next(length - filled);
      if (piece.length === 0) return taken.subarray(0, filled);
      taken.set(piece, filled);
      filled += piece.length;
    }
    return taken;
  }

  /** Lets go of the stream, also before its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chunks.return?.();
  }
}
