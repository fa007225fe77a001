import { Buffer } from "node:buffer";
import type { Nanos } from "../time/nanos.ts";
import { HashChain } from "./hash-chain.ts";
import { BLOCK_BYTES } from "./limits.ts";

/**
 * Puts hash lines between lines that stay byte for byte as they are: after every 64 KiB, and at the end. For lines that fieldtape wrote it
 * gives the tape that `TapeWriter` wrote.
 */
export class LineSealer {
  #lines = 0;
  #blockBytes = 0;
  readonly #chain: HashChain;
  #pieces: Uint8Array[] = [];

  /** `previous`: the hash that the segment before ended with, or `NO_HASH`. */
  constructor(previous: string) {
    this.#chain = new HashChain(previous);
  }

  /** A line with its `\n`. The bytes are copied. `at` is the time that a hash line after it gets. */
  line(bytes: Uint8Array, at: Nanos): void {
    const copy = Buffer.from(bytes);
    this.#pieces.push(copy);
    this.#chain.update(copy);
    this.#lines++;
    this.#blockBytes += copy.length;
    if (this.#blockBytes >= BLOCK_BYTES) this.block(at);
  }

  /** Seals what was given since the last hash line, if anything was. */
  block(at: Nanos): void {
    if (this.#blockBytes > 0) this.#seal(`{"type":"block","at":${at},"records":${this.#lines},"sha256":"`);
  }

  end(reason: string, at: Nanos): void {
    this.#seal(`{"type":"end","at":${at},"records":${this.#lines},"reason":${JSON.stringify(reason)},"sha256":"`);
  }

  /** What has to be written next. */
  take(): readonly Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  #seal(beforeDigits: string): void {
    const before = Buffer.from(beforeDigits);
    this.#chain.update(before);
    const after = Buffer.from('"}\n');
    this.#pieces.push(before, Buffer.from(this.#chain.seal()), after);
    this.#chain.update(after);
    this.#lines++;
    this.#blockBytes = 0;
  }
}
