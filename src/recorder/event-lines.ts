import { joined } from "../bytes/joined.ts";
import { type EventLine, parseEventLine, tooLong } from "./application-events.ts";

/** So short that it fits into a line of the tape (1 MiB) even if every character must be escaped in six. */
export const EVENT_LINE_MAX = 128 * 1024;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Cuts a stream of bytes into lines and reads each as an event. Memory is bounded by the longest line that may be. */
export class EventLines {
  readonly #tell: (event: EventLine, size: number) => void;
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** `tell` gets each event with its size in bytes. */
  constructor(tell: (event: EventLine, size: number) => void) {
    this.#tell = tell;
  }

  take(bytes: Uint8Array): void {
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      this.#keep(bytes.subarray(from, end));
      this.#line();
      from = end + 1;
    }
    this.#keep(bytes.subarray(from));
  }

  /** The stream is over: what stands there without a line end is a line as well. */
  end(): void {
    if (this.#length > 0) this.#line();
  }

  #keep(piece: Uint8Array): void {
    if (this.#length <= EVENT_LINE_MAX && piece.length > 0) this.#pieces.push(piece);
    this.#length += piece.length;
  }

  #line(): void {
    const line = this.#pieces.length === 1 ? this.#pieces[0] : joined(this.#pieces);
    const length = this.#length;
    this.#pieces = [];
    this.#length = 0;
    if (line === undefined || length === 0) return;
    if (length > EVENT_LINE_MAX) {
      this.#tell(tooLong(line, length), 0);
      return;
    }
    const text = line.at(-1) === RETURN ? line.subarray(0, -1) : line;
    if (text.length > 0) this.#tell(parseEventLine(text), length);
  }
}
