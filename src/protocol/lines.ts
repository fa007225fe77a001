import { fromHex, toHex } from "../bytes/hex.ts";
import { joined } from "../bytes/joined.ts";
import { isText } from "../bytes/utf8.ts";
import type { Frame, Span } from "../machine/machine.ts";
import { type Delimited, delimited, giveUpDelimited, takeDelimited } from "./delimited.ts";
import { framerOf } from "./framing.ts";

export interface LinesOptions {
  /** What ends a line, 1 … 16 bytes: text (as UTF-8), or `hex:` and hex digits. */
  readonly delimiter: string;
  /** A CR just before the delimiter does not belong to the line. */
  readonly stripCr: boolean;
  /** The longest line, in bytes without its delimiter (a CR that is stripped counts). */
  readonly maximum: number;
}

export const LINES_OPTIONS: LinesOptions = { delimiter: "\n", stripCr: true, maximum: 65_536 };

/** The delimiter's bytes; `undefined` when it is `hex:` with no hex behind it. */
export function delimiterBytes(delimiter: string): Uint8Array | undefined {
  return delimiter.startsWith("hex:") ? fromHex(delimiter.slice(4)) : ENCODER.encode(delimiter);
}

/** `text` by the tape's text rule, else `data` (hex); both without the delimiter, which belongs to the span. */
export interface LineFrame extends Frame {
  readonly text?: string;
  readonly data?: string;
}

const ENCODER = new TextEncoder();
/** A byte order mark stays: it is in the line. */
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

interface LinesState extends Delimited {
  readonly stripCr: boolean;
}

/**
 * Lines: whatever stands between two delimiters. The end of a datagram ends its last line too.
 *
 * Faults: `too-long` (in pieces of the maximum), `interrupted`, `unfinished`.
 */
export const lines = framerOf<LinesOptions, LinesState>({
  name: "lines",
  initial({ delimiter, stripCr, maximum }, framing) {
    return { ...delimited(framing, delimiterBytes(delimiter) ?? Uint8Array.of(0x0a), maximum), stripCr };
  },
  take: (state, outputs) => takeDelimited(state, readLine, outputs),
  giveUp: (state, ending, outputs) =>
    giveUpDelimited(state, ending, ending === "truncated" ? readLine : undefined, outputs),
  reencode({ bytes, value }, edited) {
    const before = contentOf(value);
    const after = contentOf(edited);
    if (before === undefined || after === undefined) return undefined;
    return joined([after, bytes.subarray(before.length)]);
  },
});

/** What stands before the delimiter, and before a CR that is stripped. */
function contentOf({ text, data }: Frame): Uint8Array | undefined {
  if (typeof text === "string") return ENCODER.encode(text);
  return typeof data === "string" ? fromHex(data) : undefined;
}

function readLine({ window, dir, stripCr }: LinesState, start: number, end: number, span: Span): LineFrame {
  const { bytes } = window;
  const stop = stripCr && end > start && bytes[end - 1] === 0x0d ? end - 1 : end;
  return isText(bytes, start, stop)
    ? { type: "frame", dir, span, text: UTF8.decode(bytes.subarray(start, stop)) }
    : { type: "frame", dir, span, data: toHex(bytes, start, stop) };
}
