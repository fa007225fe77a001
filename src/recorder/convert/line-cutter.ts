import { Buffer } from "node:buffer";
import { FieldtapeError } from "../../errors.ts";

const NEWLINE = 10;
/** Two characters for each byte of the longest read, and room for what stands in front. */
const LINE_BYTES_MAX = 4 << 20;

/**
 * Cuts the bytes of a text into lines. Dumps are read as Latin-1: what is looked for in them is ASCII, and the rest must not
 * fail.
 */
export class LineCutter {
  readonly #encoding: "latin1" | "utf8";
  /** Number of the line that was cut last, from 1. */
  line = 0;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(encoding: "latin1" | "utf8") {
    this.#encoding = encoding;
  }

  /** The lines that the chunk completes, without their line ends (LF or CR LF). */
  *push(chunk: Uint8Array): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      yield this.#take();
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
  }

  /** What stands behind the last line end, if anything: a line that may be torn. */
  rest(): string | undefined {
    return this.#length === 0 ? undefined : this.#take();
  }

  #keep(part: Uint8Array): void {
    this.#length += part.length;
    if (this.#length > LINE_BYTES_MAX) {
      throw new FieldtapeError("INPUT_MALFORMED", "a line is longer than 4 MiB", { line: this.line + 1 });
    }
    this.#parts.push(part);
  }

  #take(): string {
    const only = this.#parts[0];
    const bytes = this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    this.line++;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(this.#encoding);
    return text.endsWith("\r") ? text.slice(0, -1) : text;
  }
}
