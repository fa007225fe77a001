import type { Decoder, DecoderOptions } from "./decoder.ts";
import type { RecordSink } from "./record-sink.ts";
import { SingleChannel } from "./single-channel.ts";

/** 8N1: a start bit, eight bits, a stop bit. */
const BITS_PER_BYTE = 10n;
const NANOS_PER_SECOND = 1_000_000_000n;

/**
 * Bytes without times: cut into reads of equal length, whatever chunks they come in. With `baud` a read has the time at which its
 * last byte would have arrived on a line of that speed that is never idle; without it all reads are at 0.
 */
export class RawBytesDecoder implements Decoder {
  readonly #records: RecordSink;
  readonly #options: DecoderOptions;
  readonly #channel: SingleChannel;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #position = 0;

  constructor(records: RecordSink, options: DecoderOptions) {
    this.#records = records;
    this.#options = options;
    this.#channel = new SingleChannel(records, options);
  }

  beginFile(name: string): void {
    this.#channel.beginFile(name);
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    while (chunk.length - start >= this.#options.chunk - this.#waitingBytes) {
      const end = start + this.#options.chunk - this.#waitingBytes;
      this.#wait(chunk.subarray(start, end));
      this.#read();
      start = end;
    }
    if (start < chunk.length) this.#wait(chunk.subarray(start));
  }

  endFile(): void {
    if (this.#waitingBytes > 0) this.#read();
  }

  end(): void {}

  #wait(part: Uint8Array): void {
    this.#waiting.push(part);
    this.#waitingBytes += part.length;
  }

  #read(): void {
    const [only] = this.#waiting;
    let bytes = only ?? new Uint8Array(0);
    if (this.#waiting.length > 1) {
      bytes = new Uint8Array(this.#waitingBytes);
      let end = 0;
      for (const part of this.#waiting) {
        bytes.set(part, end);
        end += part.length;
      }
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#position += bytes.length;
    const { baud } = this.#options;
    if (baud !== undefined) {
      this.#records.moveTo(Number((BigInt(this.#position) * BITS_PER_BYTE * NANOS_PER_SECOND) / BigInt(baud)));
    }
    this.#channel.read(bytes);
  }
}
