const FIRST_SIZE = 256;

/** Bytes that grow as they are written. */
export class SnapshotWriter {
  private buffer = new Uint8Array(FIRST_SIZE);
  private view = new DataView(this.buffer.buffer);
  private length = 0;

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length] = value;
    this.length += 1;
  }

  /** Seven bits a byte, low ones first; whole numbers up to 2⁵³−1, hence by division above 31 bits. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.length] = (rest % 0x80) + 0x80;
      this.length += 1;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.length] = rest;
    this.length += 1;
  }

  /** A NaN is always the same eight bytes: JavaScript cannot tell one from another, so neither may a snapshot. */
  double(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, Number.isNaN(value) ? Number.NaN : value, true);
    this.length += 8;
  }

  narrow(text: string): void {
    this.reserve(text.length);
    for (let i = 0; i < text.length; i += 1) this.buffer[this.length + i] = text.charCodeAt(i);
    this.length += text.length;
  }

  wide(text: string): void {
    this.reserve(text.length * 2);
    for (let i = 0; i < text.length; i += 1) this.view.setUint16(this.length + i * 2, text.charCodeAt(i), true);
    this.length += text.length * 2;
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  finish(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
    this.view = new DataView(grown.buffer);
  }
}
