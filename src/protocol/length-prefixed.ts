import { toHex } from "../bytes/hex.ts";
import type { Frame } from "../machine/machine.ts";
import { beginSearch, type Candidates, NOTHING, type Search, search, type Verdict, WAIT } from "./candidates.ts";
import { checkOf, numberAt } from "./check.ts";
import { encodeDeclared } from "./encode-declared.ts";
import { framerOf } from "./framing.ts";
import { type Layout, type LayoutOptions, layoutOf, placeIn } from "./layout.ts";
import type { Window } from "./window.ts";

/** One layout, and others that may stand on the same wire. Where several fit, the first of them counts. */
export interface LengthPrefixedOptions extends LayoutOptions {
  readonly alternatives: readonly LayoutOptions[];
}

export interface LengthPrefixedFrame extends Frame {
  /** The layout's name, where it has one. */
  readonly layout?: string;
  /** The declared fields that the frame is long enough to have. */
  readonly fields?: { readonly [name: string]: number };
  /** Hex: the bytes between header and trailer. */
  readonly payload: string;
}

interface LengthPrefixedState extends Search {
  readonly layouts: readonly Layout[];
  /** 1 for each byte that a frame may begin with. */
  readonly beginners: Uint8Array;
}

/**
 * Frames with a declared header, length, check and end.
 *
 * Faults: `bad-length` (below what the layout needs, above the maximum, or its repetition differs), `bad-end`, `bad-crc`,
 * `bad-checksum`, `rubbish`, `interrupted`, `truncated`, `unfinished`. After each the search goes on at the next byte.
 */
export const lengthPrefixed = framerOf<LengthPrefixedOptions, LengthPrefixedState>({
  name: "length-prefixed",
  initial(options, framing) {
    const layouts = [options, ...options.alternatives].map(layoutOf);
    return { ...beginSearch(framing), layouts, beginners: beginnersOf(layouts) };
  },
  take: (state, outputs) => search(state, declared, undefined, outputs),
  giveUp: (state, ending, outputs) => search(state, declared, ending, outputs),
  reencode(frame, edited, options) {
    const { bytes } = frame;
    const layout = [options, ...options.alternatives].map(layoutOf).find((layout) => {
      const verdict = judgeLayout(layout, 0, { bytes, end: bytes.length }, 0);
      return verdict.type === "whole" && verdict.size === bytes.length;
    });
    return layout === undefined ? undefined : encodeDeclared(layout, frame, edited);
  },
});

const declared: Candidates<LengthPrefixedState> = {
  seek({ window: { bytes }, beginners }, from, to) {
    let at = from;
    while (at < to && beginners[bytes[at] ?? 0] === 0) at += 1;
    return at;
  },
  judge({ window, layouts }, position, final) {
    let failed: Verdict = NOTHING;
    for (let index = 0; index < layouts.length; index++) {
      const layout = layouts[index];
      if (layout === undefined) continue;
      const verdict = judgeLayout(layout, index, window, position);
      if (verdict.type === "whole" || (verdict.type === "wait" && !final)) return verdict;
      // An earlier layout counts more, and a beginning more than nothing.
      if (failed.type === "nothing") failed = verdict;
    }
    return failed;
  },
  frame({ window, layouts, dir }, { size, layout: index }): Frame {
    const { bytes, start, offset } = window;
    const layout = layouts[index];
    const from = start + (layout?.header ?? 0);
    const frame: LengthPrefixedFrame = {
      type: "frame",
      dir,
      span: [offset, size],
      ...(layout?.name === undefined ? {} : { layout: layout.name }),
      ...(layout === undefined || layout.fields.length === 0 ? {} : { fields: fieldsOf(layout, bytes, start, size) }),
      payload: toHex(bytes, from, start + size - (layout?.trailer ?? 0)),
    };
    return frame;
  },
};

function beginnersOf(layouts: readonly Layout[]): Uint8Array {
  const beginners = new Uint8Array(256);
  for (const { start } of layouts) {
    const first = start[0] ?? -1;
    if (first < 0) beginners.fill(1);
    else beginners[first] = 1;
  }
  return beginners;
}

function judgeLayout(
  layout: Layout,
  index: number,
  { bytes, end }: Pick<Window, "bytes" | "end">,
  position: number,
): Verdict {
  const { start, maximum, minimum } = layout;
  for (let at = 0; at < start.length; at++) {
    if (position + at >= end) return WAIT;
    if (start[at] !== -1 && start[at] !== bytes[position + at]) return NOTHING;
  }
  const size = sizeAt(layout, bytes, position, end);
  if (size === undefined) return WAIT;
  if (size < minimum || size > maximum) return badLength(layout);
  if (position + size > end) return WAIT;
  return checked(layout, index, bytes, position, size);
}

/** The size that the bytes at `position` claim: 0 where the two length fields differ, `undefined` while they are not all there. */
function sizeAt({ length, size, header, trailer }: Layout, bytes: Uint8Array, position: number, end: number) {
  if (length === undefined) return size;
  const { offset, width, endian, counts, adjust, again } = length;
  if (position + Math.max(offset, again ?? 0) + width > end) return undefined;
  const said = numberAt(bytes, position + offset, width, endian);
  if (again !== undefined && numberAt(bytes, position + again, width, endian) !== said) return 0;
  if (counts === "frame") return said + adjust;
  return counts === "payload" ? header + said + adjust + trailer : offset + width + said + adjust;
}

/** Without a start, any bytes claim some length: an impossible one says nothing then. */
function badLength({ start, length }: Layout): Verdict {
  if (start.every((byte) => byte === -1)) return NOTHING;
  const seen = length === undefined ? 0 : Math.max(length.offset, length.again ?? 0) + length.width;
  return { type: "failed", fault: "bad-length", size: Math.max(seen, start.length) };
}

function checked(layout: Layout, index: number, bytes: Uint8Array, position: number, size: number): Verdict {
  const stop = position + size;
  const endAt = stop - layout.end.length;
  for (let at = 0; at < layout.end.length; at++) {
    if (bytes[endAt + at] !== layout.end[at]) return { type: "failed", fault: "bad-end", size };
  }
  if (layout.check !== undefined) {
    const { kind, endian, at, from, to } = layout.check;
    const place = (offset: number | "end") => position + placeIn(offset, size);
    const check = checkOf(kind);
    if (check !== undefined) {
      const said = numberAt(bytes, place(at), check.size, endian);
      if (said !== check.of(bytes, place(from), place(to))) return { type: "failed", fault: check.fault, size };
    }
  }
  return { type: "whole", size, layout: index };
}

function fieldsOf({ fields }: Layout, bytes: Uint8Array, start: number, size: number): { [name: string]: number } {
  const values: { [name: string]: number } = {};
  for (const { name, offset, width, endian } of fields) {
    if (offset + width <= size) values[name] = numberAt(bytes, start + offset, width, endian);
  }
  return values;
}
