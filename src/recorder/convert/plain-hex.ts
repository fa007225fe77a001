import { Buffer } from "node:buffer";
import { fromHex } from "../../bytes/hex.ts";
import { FieldtapeError } from "../../errors.ts";
import type { Decoder, DecoderOptions } from "./decoder.ts";
import type { RecordSink } from "./record-sink.ts";
import { SingleChannel } from "./single-channel.ts";

/** It is kept whole until its end, since it is one read. */
const FILE_BYTES_MAX = 16 << 20;

/** Files that hold nothing but hex digits, with or without blanks and line ends: each file is one read. */
export class PlainHexDecoder implements Decoder {
  readonly #channel: SingleChannel;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(records: RecordSink, options: DecoderOptions) {
    this.#channel = new SingleChannel(records, options);
  }

  beginFile(name: string): void {
    this.#channel.beginFile(name);
  }

  push(chunk: Uint8Array): void {
    this.#length += chunk.length;
    if (this.#length > FILE_BYTES_MAX) {
      throw new FieldtapeError("LIMIT_EXCEEDED", "a file of hex digits is longer than 16 MiB");
    }
    this.#parts.push(chunk);
  }

  endFile(): void {
    const text = Buffer.concat(this.#parts).toString("latin1");
    this.#parts = [];
    this.#length = 0;
    const bytes = fromHex(text);
    if (bytes === undefined) {
      const offset = /[^0-9a-fA-F\s]/.exec(text)?.index;
      const what =
        offset === undefined ? "half a byte is missing" : `something else than hex digits at offset ${offset}`;
      throw new FieldtapeError("INPUT_MALFORMED", what);
    }
    this.#channel.read(bytes);
  }

  end(): void {}
}
