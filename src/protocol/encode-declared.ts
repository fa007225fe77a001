import { fromHex } from "../bytes/hex.ts";
import { joined } from "../bytes/joined.ts";
import type { Json } from "../bytes/json.ts";
import type { Frame, FrameOnWire } from "../machine/machine.ts";
import { checkOf, putNumber } from "./check.ts";
import { type Layout, placeIn } from "./layout.ts";

/** A frame of this layout with another payload or other fields, its length and check made anew; `undefined` if one has no room. */
export function encodeDeclared(layout: Layout, frame: FrameOnWire, edited: Frame): Uint8Array | undefined {
  const { payload } = edited;
  const content = typeof payload === "string" ? fromHex(payload) : undefined;
  if (content === undefined) return undefined;
  const head = frame.bytes.subarray(0, layout.header);
  const tail = frame.bytes.subarray(frame.bytes.length - layout.trailer);
  const bytes = joined([head, content, tail]);
  const complete = putFields(layout, bytes, frame.value, edited) && putLength(layout, bytes) && putCheck(layout, bytes);
  return complete ? bytes : undefined;
}

/** Only those that were changed: the others may stand in the payload, which has its own say. */
function putFields({ fields }: Layout, bytes: Uint8Array, value: Frame, edited: Frame): boolean {
  return fields.every(({ name, offset, width, endian }) => {
    const number = memberOf(edited["fields"], name);
    if (number === memberOf(value["fields"], name)) return true;
    return typeof number === "number" && putNumber(bytes, number, { at: offset, size: width, endian });
  });
}

function memberOf(fields: Json | undefined, name: string): Json | undefined {
  if (typeof fields !== "object" || fields === null) return undefined;
  return Object.entries(fields).find(([key]) => key === name)?.[1];
}

function putLength({ length, header, trailer }: Layout, bytes: Uint8Array): boolean {
  if (length === undefined) return true;
  const { offset, width, endian, counts, adjust, again } = length;
  const outside = counts === "frame" ? 0 : counts === "payload" ? header + trailer : offset + width;
  const said = bytes.length - outside - adjust;
  const places = again === undefined ? [offset] : [offset, again];
  return places.every((at) => putNumber(bytes, said, { at, size: width, endian }));
}

function putCheck({ check }: Layout, bytes: Uint8Array): boolean {
  const computed = check === undefined ? undefined : checkOf(check.kind);
  if (check === undefined || computed === undefined) return true;
  const place = (offset: number | "end") => placeIn(offset, bytes.length);
  const value = computed.of(bytes, place(check.from), place(check.to));
  return putNumber(bytes, value, { at: place(check.at), size: computed.size, endian: check.endian });
}
