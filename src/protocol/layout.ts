import { fromHex } from "../bytes/hex.ts";
import { checkOf, type Endian } from "./check.ts";

/** One declared form of frame: header with a length (or a fixed size), payload, check, end. Offsets count from the frame's first byte. */
export interface LayoutOptions {
  /** Given to tell alternatives apart; then frames carry it as `layout`. */
  readonly name?: string | undefined;
  /** The bytes that each frame begins with: hex, where `..` stands for any byte. */
  readonly start: string;
  /** Where and how the frame says how long it is. */
  readonly length?: LengthOptions | undefined;
  /** Instead: every frame has so many bytes. */
  readonly size?: number | undefined;
  /** Where the payload begins. Absent: behind the start and the length field, whichever ends later. */
  readonly header?: number | undefined;
  /** Bytes behind the payload. Absent: the check, if it stands at the end, and the end bytes. */
  readonly trailer?: number | undefined;
  readonly check?: LayoutCheckOptions | undefined;
  /** The bytes that each frame ends with: hex. */
  readonly end: string;
  /** The longest frame that is believed, start and end included. */
  readonly maximum: number;
  readonly fields: readonly FieldOptions[];
}

export interface LengthOptions {
  readonly offset: number;
  readonly width: number;
  readonly endian: Endian;
  /** What the field counts: the payload, everything behind the field, or the whole frame. */
  readonly counts: "payload" | "after-length" | "frame";
  /** Added to what the field says. */
  readonly adjust: number;
  /** Where the field stands a second time; the two must agree. */
  readonly again?: number | undefined;
}

export interface LayoutCheckOptions {
  /** A name in CHECK_KINDS. */
  readonly kind: string;
  readonly endian: Endian;
  /** Where it stands; negative: from the frame's end. Absent: just before the end bytes. */
  readonly at?: number | undefined;
  /** The first byte that it covers; negative: from the frame's end. */
  readonly from: number;
  /** The first byte that it covers no more; negative: from the frame's end. Absent: where the check stands. */
  readonly to?: number | "end" | undefined;
}

export interface FieldOptions {
  readonly name: string;
  readonly offset: number;
  readonly width: number;
  readonly endian: Endian;
}

/** A layout as a framer uses it: everything absent filled in. Plain data. */
export interface Layout {
  readonly name: string | undefined;
  /** -1 stands for any byte. */
  readonly start: readonly number[];
  readonly length: LengthOptions | undefined;
  /** The fixed size, or 0. */
  readonly size: number;
  readonly header: number;
  readonly trailer: number;
  readonly check: LayoutCheck | undefined;
  readonly end: readonly number[];
  /** A frame below it has no room for its parts. */
  readonly minimum: number;
  readonly maximum: number;
  readonly fields: readonly FieldOptions[];
}

export interface LayoutCheck {
  readonly kind: string;
  readonly endian: Endian;
  readonly at: number;
  readonly from: number;
  readonly to: number | "end";
}

/** The bytes of a `start`: -1 where any may stand; `undefined` when it is no pattern. */
export function startPattern(start: string): readonly number[] | undefined {
  const pairs = start.replace(/\s+/g, "").match(/..?/g) ?? [];
  if (!pairs.every((pair) => pair === ".." || /^[0-9a-fA-F]{2}$/.test(pair))) return undefined;
  return pairs.map((pair) => (pair === ".." ? -1 : Number.parseInt(pair, 16)));
}

/** Fills in what the options leave out. Options that the schema refused never come here. */
export function layoutOf(options: LayoutOptions): Layout {
  const start = startPattern(options.start) ?? [];
  const end = [...(fromHex(options.end) ?? [])];
  const check = checkAt(options.check, end.length);
  const header = options.header ?? Math.max(start.length, lengthEnd(options.length));
  const checkSize = options.check === undefined || options.check.at !== undefined ? 0 : sizeOfCheck(options.check.kind);
  const trailer = options.trailer ?? checkSize + end.length;
  const minimum = Math.max(
    1,
    start.length,
    lengthEnd(options.length),
    header + trailer,
    ...(check === undefined
      ? []
      : [reach(check.at, sizeOfCheck(check.kind)), reach(check.from, 0), reach(check.to, 0)]),
  );
  const { name, length, size = 0, maximum, fields } = options;
  return { name, start, length, size, header, trailer, check, end, minimum, maximum, fields };
}

function checkAt(check: LayoutCheckOptions | undefined, endSize: number): LayoutCheck | undefined {
  if (check === undefined) return undefined;
  const at = check.at ?? -endSize - sizeOfCheck(check.kind);
  return { kind: check.kind, endian: check.endian, at, from: check.from, to: check.to ?? at };
}

function sizeOfCheck(kind: string): number {
  return checkOf(kind)?.size ?? 0;
}

/** Where the length field, or its repetition, ends. */
function lengthEnd(length: LengthOptions | undefined): number {
  return length === undefined ? 0 : Math.max(length.offset, length.again ?? 0) + length.width;
}

/** The frame size from which something of `size` bytes at `at` has room. */
function reach(at: number | "end", size: number): number {
  if (at === "end") return 0;
  return at < 0 ? -at : at + size;
}

/** A declared offset as one from the first byte of a frame of `size` bytes. */
export function placeIn(offset: number | "end", size: number): number {
  if (offset === "end") return size;
  return offset < 0 ? size + offset : offset;
}
