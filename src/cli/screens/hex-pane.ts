import type { Dir } from "../../bytes/channel.ts";
import type { PlaybackEvent } from "../../replayer/playback-view.ts";
import { type Framing, framingOf } from "./framing.ts";
import { type Line, quiet, type Span, span, type Tone } from "./span.ts";
import { joined } from "./timeline.ts";
import { type WireOffsets, wireName } from "./wire-offsets.ts";

export interface HexPaneOptions {
  readonly recent: readonly PlaybackEvent[];
  readonly offsets: WireOffsets | undefined;
  readonly rows: number;
  readonly width: number;
}

/** What the eye should be on: a wire, and the span of the last frame or read on it. */
interface Focus {
  readonly channel: number;
  readonly dir: Dir;
  readonly framing: Framing | undefined;
}

const OFFSET_WIDTH = 8;

/** The raw bytes around what happened last, with the spans of the frames in them; under them the newest. */
export function hexPane({ recent, offsets, rows, width }: HexPaneOptions): readonly Line[] {
  const focus = focusOf(recent);
  if (focus === undefined) return [[span(" hex", "strong")], [quiet(" no bytes yet")]];
  const base = offsets?.bytes.get(wireName(focus.channel, focus.dir)) ?? 0;
  const known = offsets !== undefined;
  const title = [span(" hex ", "strong"), quiet(`channel ${focus.channel} ${focus.dir}${known ? "" : ", recent"}`)];
  const wire = new Wire(recent, focus, base);
  if (known) wire.paintFrames(recent);
  const chosen = known ? focus.framing : undefined;
  if (chosen === undefined) wire.paint(wire.lastRead, "chosen");
  else wire.paint([chosen.offset, chosen.length], "chosen");
  const perRow = bytesPerRow(width);
  const last = chosen === undefined ? wire.end : Math.min(wire.end, chosen.offset + chosen.length + 2 * perRow);
  return [title, ...wire.lines(last, rows - 1, perRow, withText(width))];
}

/** 16 bytes where there is room for them and their text, else 8. */
function bytesPerRow(width: number): number {
  return width >= OFFSET_WIDTH + 2 + 16 * 3 + 1 + 16 ? 16 : 8;
}

const withText = (width: number): boolean => width >= OFFSET_WIDTH + 2 + bytesPerRow(width) * 4 + 1;

function focusOf(recent: readonly PlaybackEvent[]): Focus | undefined {
  for (const { type, record } of recent.toReversed()) {
    if (type === "fed" && record.type === "raw")
      return { channel: record.channel, dir: record.dir, framing: undefined };
    const framing = type === "said" ? framingOf(record) : undefined;
    if (framing !== undefined) return { channel: framing.channel, dir: framing.dir, framing };
  }
  return undefined;
}

/** The bytes of one wire among the recent events, and how each is to look. */
class Wire {
  readonly end: number;
  readonly lastRead: readonly [offset: number, length: number];
  readonly #focus: Focus;
  readonly #begin: number;
  readonly #bytes: Uint8Array;
  readonly #tones: Tone[];

  constructor(recent: readonly PlaybackEvent[], focus: Focus, begin: number) {
    const reads = recent.flatMap(({ type, record }) =>
      type === "fed" && record.type === "raw" && record.channel === focus.channel && record.dir === focus.dir
        ? [record.bytes]
        : [],
    );
    this.#focus = focus;
    this.#begin = begin;
    this.#bytes = Uint8Array.from(reads.flatMap((read) => [...read]));
    this.#tones = Array.from({ length: this.#bytes.length }, () => "quiet");
    this.end = begin + this.#bytes.length;
    const length = reads.at(-1)?.length ?? 0;
    this.lastRead = [this.end - length, length];
  }

  /** Neighbouring frames differ, so that one sees where each begins; what no frame has claimed stays faint. */
  paintFrames(recent: readonly PlaybackEvent[]): void {
    let odd = false;
    for (const { type, record } of recent) {
      const framing = type === "said" ? framingOf(record) : undefined;
      if (framing === undefined || framing.channel !== this.#focus.channel || framing.dir !== this.#focus.dir) continue;
      this.paint([framing.offset, framing.length], framing.fault ? "bad" : odd ? "accent" : "plain");
      odd = !odd;
    }
  }

  paint([offset, length]: readonly [number, number], tone: Tone): void {
    const from = Math.max(0, offset - this.#begin);
    const until = Math.min(this.#tones.length, offset + length - this.#begin);
    for (let place = from; place < until; place += 1) this.#tones[place] = tone;
  }

  /** The last rows up to `last`. */
  lines(last: number, rows: number, perRow: number, text: boolean): readonly Line[] {
    const end = Math.ceil(last / perRow) * perRow;
    const first = Math.max(Math.floor(this.#begin / perRow) * perRow, end - rows * perRow);
    const lines: Line[] = [];
    for (let offset = first; offset < end; offset += perRow) lines.push(this.#row(offset, perRow, text));
    return lines;
  }

  #row(offset: number, perRow: number, text: boolean): Line {
    const cells: Span[] = [];
    const letters: Span[] = [];
    for (let place = offset; place < offset + perRow; place += 1) {
      const byte = this.#bytes[place - this.#begin];
      const tone = this.#tones[place - this.#begin] ?? "plain";
      const next = this.#tones[place + 1 - this.#begin];
      const gap = next === tone && place + 1 < offset + perRow ? tone : "plain";
      cells.push({ text: byte === undefined ? "  " : byte.toString(16).padStart(2, "0"), tone });
      cells.push({ text: " ", tone: gap });
      letters.push({ text: byte === undefined ? " " : letter(byte), tone });
    }
    const shown = text ? [{ text: " ", tone: "plain" } as const, ...letters] : [];
    return [quiet(offset.toString(16).padStart(OFFSET_WIDTH - 1)), span(" "), ...joined([...cells, ...shown])];
  }
}

const letter = (byte: number): string => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·");
