import type { Frame } from "../../machine/machine.ts";
import { type Slab, textOf } from "./ascii-slab.ts";
import type { NmeaState, SentenceEnd } from "./sentence-end.ts";

/** Text has one character for each byte (ISO 8859-1), so that a sentence with bytes outside ASCII is not lost. */
export interface NmeaFrame extends Frame {
  /** From `$` or `!` to the checksum, without line end. */
  readonly sentence: string;
  /** Who speaks: `GP`, `AI`, … or `P` for a proprietary sentence. */
  readonly talker: string;
  /** Proprietary only: the manufacturer's three letters. */
  readonly manufacturer?: string;
  /** What kind of sentence: `GGA`, `VDM`, … In a proprietary one, what follows the manufacturer in the address (may be empty). */
  readonly formatter: string;
  /** The fields behind the address, as they stand: nothing is unescaped (`^hh`) or converted. */
  readonly fields: readonly string[];
  /** The TAG block before the sentence, without its backslashes, with its checksum. */
  readonly tag?: string;
}

const COMMA = 0x2c;
const P = 0x50;

/** The sentence at the front of the window, which ends as `end` says. */
export function frameOf(state: NmeaState, end: SentenceEnd, slab: Slab): NmeaFrame {
  const { window, dir, tag } = state;
  const { bytes, start, offset } = window;
  const first = start + tag;
  // TAG blocks are rare: their bits need no counting.
  const ascii = state.union < 0x80 && tag === 0;
  const text = textOf(slab, bytes, start, end.text, window.end, ascii);
  const sentence = tag === 0 ? text : text.slice(tag);
  const fields: string[] = [];
  let addressEnd = end.content;
  let from = 0;
  for (let at = first + 1; at < end.content; at++) {
    if (bytes[at] !== COMMA) continue;
    if (from === 0) addressEnd = at;
    else fields.push(sentence.slice(from, at - first));
    from = at + 1 - first;
  }
  if (from > 0) fields.push(sentence.slice(from, end.content - first));
  const span = [offset, end.stop - start] as const;
  // NMEA 0183: a proprietary address is P and the manufacturer's mnemonic; the rest of it is the manufacturer's affair.
  const proprietary = bytes[first + 1] === P;
  const address = addressEnd - first;
  const cut = Math.min(proprietary ? 5 : 3, address);
  const formatter = sentence.slice(cut, address);
  const frame: NmeaFrame = proprietary
    ? { type: "frame", dir, span, sentence, talker: "P", manufacturer: sentence.slice(2, cut), formatter, fields }
    : { type: "frame", dir, span, sentence, talker: sentence.slice(1, cut), formatter, fields };
  return tag === 0 ? frame : { ...frame, tag: text.slice(1, tag - 1) };
}
