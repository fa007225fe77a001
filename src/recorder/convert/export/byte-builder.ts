const SIZE_FIRST = 1 << 16;

/** A file's bytes as they are put together, little-endian unless said otherwise, taken away in pieces. */
export class ByteBuilder {
  #bytes = new Uint8Array(SIZE_FIRST);
  #view = new DataView(this.#bytes.buffer);
  /** One past the last byte. */
  end = 0;

  u8(value: number): void {
    this.#room(1);
    this.#view.setUint8(this.end, value);
    this.end += 1;
  }

  u16(value: number): void {
    this.#room(2);
    this.#view.setUint16(this.end, value, true);
    this.end += 2;
  }

  u32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.end, value, true);
    this.end += 4;
  }

  u16Big(value: number): void {
    this.#room(2);
    this.#view.setUint16(this.end, value);
    this.end += 2;
  }

  u32Big(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.end, value);
    this.end += 4;
  }

  bytes(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.end);
    this.end += bytes.length;
  }

  /** Zeros up to a multiple of four behind `start`. */
  pad(start: number): void {
    while ((this.end - start) % 4 !== 0) this.u8(0);
  }

  setU16Big(at: number, value: number): void {
    this.#view.setUint16(at, value);
  }

  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** Sum of the big-endian 16-bit words from `start` to the end, for the Internet checksum (RFC 1071); not yet folded. */
  sum(start: number): number {
    let sum = 0;
    let at = start;
    for (; at + 1 < this.end; at += 2) sum += this.#view.getUint16(at);
    return at < this.end ? sum + (this.#view.getUint8(at) << 8) : sum;
  }

  /** Takes away the bytes before `until`. */
  take(until: number): Uint8Array {
    const taken = this.#bytes.slice(0, until);
    this.#bytes.copyWithin(0, until, this.end);
    this.end -= until;
    return taken;
  }

  #room(count: number): void {
    const needed = this.end + count;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.end));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
