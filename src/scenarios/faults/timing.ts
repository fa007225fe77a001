import type { TapeRecord } from "../../tape/record.ts";
import type { Stage, Transform } from "../../tape/transform.ts";
import { plus } from "../../time/nanos.ts";
import { Choice, type Placement } from "./choice.ts";
import { HeldBack } from "./held-back.ts";
import { placeIn } from "./rewrites.ts";
import type { FaultOf } from "./schema.ts";

// Faults that move bytes in time.

/** Comes later; on a stream, everything behind it waits. */
export function delay(fault: FaultOf<"delay">, placement: Placement): Transform {
  return holding((held) => {
    const choice = new Choice(fault, placement);
    return (record, line) => {
      if (!choice.takes(record, line)) return held.pass(record, line);
      held.release(record.at);
      held.hold({ ...record, at: plus(record.at, fault.by) }, line);
    };
  });
}

/** One read comes as two, the second perhaps later. */
export function split(fault: FaultOf<"split">, placement: Placement): Transform {
  const { offset, by } = fault;
  // Both pieces have a byte, so neither end of the read is a place to split it.
  const bytesMin = offset === undefined ? 2 : Math.abs(offset) + 1;
  return holding((held) => {
    const choice = new Choice(fault, placement);
    return (record, line) => {
      if (offset === 0 || !choice.takesRead(record, line, bytesMin)) return held.pass(record, line);
      const { bytes } = record;
      const random = placement.random.fork(`split/${line}`);
      const place = offset === undefined ? 1 + random.below(bytes.length - 1) : placeIn(bytes.length, offset, random);
      held.pass({ ...record, bytes: bytes.subarray(0, place) }, line);
      const rest = { ...record, bytes: bytes.subarray(place) };
      if (by === undefined) held.pass(rest, line);
      else held.hold({ ...rest, at: plus(record.at, by) }, line);
    };
  });
}

function holding(begin: (held: HeldBack) => (record: TapeRecord, line: number) => void): Transform {
  return (emit): Stage => {
    const held = new HeldBack(emit);
    return { take: begin(held), end: () => held.release(Number.POSITIVE_INFINITY) };
  };
}
