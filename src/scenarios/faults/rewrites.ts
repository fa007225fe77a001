import type { Random } from "../../bytes/random.ts";
import type { GapRecord, RawRecord, TapeRecord } from "../../tape/record.ts";
import type { Stage, Transform } from "../../tape/transform.ts";
import { Choice, type Disturbed, type Placement } from "./choice.ts";
import type { FaultOf } from "./schema.ts";

// Faults that need to see one record only: what becomes of it stands in its place.

/** Lost on the way: silently, or with a gap in its place. */
export function drop(fault: FaultOf<"drop">, placement: Placement): Transform {
  return rewriting(() => {
    const choice = new Choice(fault, placement);
    return (record, line) => {
      if (!choice.takes(record, line)) return [record];
      return fault.gap === undefined ? [] : [gapFor(record, fault.gap)];
    };
  });
}

/** Comes more than once. */
export function duplicate(fault: FaultOf<"duplicate">, placement: Placement): Transform {
  return rewriting(() => {
    const choice = new Choice(fault, placement);
    return (record, line) => (choice.takes(record, line) ? Array(1 + fault.times).fill(record) : [record]);
  });
}

/** Arrives with other bytes: one bit, one byte, or a run of bytes is not what was sent. Each damaged byte differs from what it was. */
export function corrupt(fault: FaultOf<"corrupt">, placement: Placement): Transform {
  const { offset } = fault;
  const bytesMin = offset === undefined ? 1 : offset < 0 ? -offset : offset + 1;
  return rewriting(() => {
    const choice = new Choice(fault, placement);
    return (record, line) => {
      if (!choice.takesRead(record, line, bytesMin)) return [record];
      return [{ ...record, bytes: damaged(record.bytes, fault, placement.random.fork(`corrupt/${line}`)) }];
    };
  });
}

/** Only its first bytes arrive. */
export function truncate(fault: FaultOf<"truncate">, placement: Placement): Transform {
  return rewriting(() => {
    const choice = new Choice(fault, placement);
    return (record, line) => {
      if (!choice.takesRead(record, line, (fault.keep ?? 0) + 1)) return [record];
      const keep = fault.keep ?? placement.random.fork(`truncate/${line}`).below(record.bytes.length);
      return keep === 0 ? [] : [{ ...record, bytes: record.bytes.subarray(0, keep) }];
    };
  });
}

type Rewrite = (record: TapeRecord, line: number) => readonly TapeRecord[];

function rewriting(begin: () => Rewrite): Transform {
  return (emit): Stage => {
    const rewrite = begin();
    return {
      take(record, line) {
        for (const one of rewrite(record, line)) emit(one, line);
      },
      end() {},
    };
  };
}

function gapFor(lost: Disturbed, cause: GapRecord["cause"]): GapRecord {
  const { at, channel } = lost;
  return {
    type: "gap",
    at,
    ...(channel === undefined ? {} : { channel }),
    ...("dir" in lost && lost.dir !== undefined ? { dir: lost.dir } : {}),
    cause,
    ...(lost.type === "raw" ? { bytes: lost.bytes.length } : {}),
  };
}

function damaged(bytes: RawRecord["bytes"], fault: FaultOf<"corrupt">, random: Random): Uint8Array {
  const changed = bytes.slice();
  const first = placeIn(bytes.length, fault.offset, random);
  if (fault.damage === "bit") changed[first] = (bytes[first] ?? 0) ^ (1 << random.below(8));
  else {
    const length = fault.damage === "byte" ? 1 : fault.length;
    const end = Math.min(bytes.length, first + length);
    for (let index = first; index < end; index += 1) changed[index] = (bytes[index] ?? 0) ^ (1 + random.below(255));
  }
  return changed;
}

/** The offset that was asked for, from the end if it is negative; else anywhere. */
export function placeIn(length: number, offset: number | undefined, random: Random): number {
  if (offset === undefined) return random.below(length);
  return offset < 0 ? length + offset : offset;
}
