const NOTHING = new Uint8Array(0);

/**
 * Bytes of a file between arriving and being parsed, in place: what lies whole in one chunk is never copied, only what
 * straddles two chunks is. A parser asks with `ensure` and moves `start`.
 */
export class ByteQueue {
  bytes: Uint8Array = NOTHING;
  view: DataView = new DataView(NOTHING.buffer);
  /** First byte in `bytes` that is not consumed. */
  start = 0;
  /** Offset in the file of `bytes[0]`. */
  #origin = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  /** Offset in the file of the byte at `start`. */
  get offset(): number {
    return this.#origin + this.start;
  }

  /** Bytes that have arrived and are not consumed. */
  get available(): number {
    return this.bytes.length - this.start + this.#waitingBytes;
  }

  append(chunk: Uint8Array): void {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
  }

  /** Whether the next `count` bytes lie whole in `bytes` from `start` on. */
  ensure(count: number): boolean {
    if (this.bytes.length - this.start >= count) return true;
    if (this.available < count) return false;
    this.#join();
    return true;
  }

  /** Consumes up to `count` bytes, arrived or not yet parsed; answers how many are still to come. */
  skip(count: number): number {
    const skipped = Math.min(count, this.available);
    if (skipped > this.bytes.length - this.start) this.#join();
    this.start += skipped;
    return count - skipped;
  }

  #join(): void {
    const left = this.bytes.length - this.start;
    const first = this.#waiting[0] ?? NOTHING;
    this.#origin += this.start;
    if (left === 0 && this.#waiting.length === 1) this.bytes = first;
    else {
      const joined = new Uint8Array(left + this.#waitingBytes);
      joined.set(this.bytes.subarray(this.start));
      let end = left;
      for (const chunk of this.#waiting) {
        joined.set(chunk, end);
        end += chunk.length;
      }
      this.bytes = joined;
    }
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
    this.start = 0;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
