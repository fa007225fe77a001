import { compilePredicate } from "../../tape/predicate.ts";
import type { TapeRecord, WallRecord } from "../../tape/record.ts";
import type { Stage, Transform } from "../../tape/transform.ts";
import { formatIso, parseIso } from "../../time/iso.ts";
import type { Nanos } from "../../time/nanos.ts";
import type { Placement } from "./choice.ts";
import type { FaultOf } from "./schema.ts";
import { atOf, Starting } from "./start.ts";

/**
 * The date jumps, as when somebody sets the clock or it is found to be wrong; tape time goes on as before. A `wall` record says it where it
 * happens, and every later one has it in it.
 */
export function clockStep(fault: FaultOf<"clock-step">, placement: Placement): Transform {
  return (emit): Stage => {
    const starting = new Starting(placement.start);
    const where = fault.where === undefined ? undefined : compilePredicate(fault.where);
    let anchor: Anchor = { at: 0, wall: 0n };
    let stepped = false;
    const step = BigInt(fault.by);
    return {
      take(record, line) {
        if (!stepped && starting.holds(record, line) && record.type !== "header" && (where?.(record) ?? true)) {
          stepped = true;
          placement.found();
          const at = where === undefined ? starting.at(record) : atOf(record);
          emit(jump(at, dateAt(anchor, at), fault.by), line);
        }
        anchor = anchorIn(record) ?? anchor;
        emit(stepped && record.type === "wall" ? { ...record, wall: dated(dateOf(record) + step) } : record, line);
      },
      end() {},
    };
  };
}

/** A tape time and the date that it was, in nanoseconds since 1970. A tape without dates began then. */
interface Anchor {
  readonly at: number;
  readonly wall: bigint;
}

function anchorIn(record: TapeRecord): Anchor | undefined {
  if (record.type === "wall") return { at: record.at, wall: dateOf(record) };
  if (record.type !== "header") return undefined;
  return { at: 0, wall: (parseIso(record.started) ?? 0n) + BigInt(record.offset) };
}

const dateAt = ({ at, wall }: Anchor, now: Nanos): bigint => wall + BigInt(now - at);
const dateOf = ({ wall }: WallRecord): bigint => parseIso(wall) ?? 0n;

function jump(at: Nanos, date: bigint, step: number): WallRecord {
  return { type: "wall", at, wall: dated(date + BigInt(step)), step };
}

/** A date that no calendar has is the last, or the first, that it has. */
function dated(date: bigint): string {
  const [first, last] = [parseIso("0000-01-01T00:00:00Z") ?? 0n, parseIso("9999-12-31T23:59:59.999999999Z") ?? 0n];
  return formatIso(date < first ? first : date > last ? last : date);
}
