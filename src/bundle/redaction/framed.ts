import type { Frame } from "../../machine/machine.ts";
import type { OutputRecord, TapeRecord } from "../../tape/record.ts";
import { isList, isObject } from "./field-path.ts";

/** A frame or a fault, as a framer says it. */
export type Framed = OutputRecord & { readonly value: Frame };

export function isFramed(record: TapeRecord): record is Framed & { readonly channel: number } {
  return record.type === "output" && record.channel !== undefined && isFrame(record);
}

/** What a subject of one's own says is anything: only what has a direction and a span has a place on the wire. */
function isFrame({ value }: OutputRecord): boolean {
  if (!isObject(value)) return false;
  const { type, dir, span } = value;
  if ((type !== "frame" && type !== "fault") || (dir !== "rx" && dir !== "tx") || !isList(span)) return false;
  return span.length === 2 && span.every((part) => Number.isSafeInteger(part) && Number(part) >= 0);
}
