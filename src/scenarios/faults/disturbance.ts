import { Random } from "../../bytes/random.ts";
import { unreachable } from "../../errors.ts";
import { chain, type Transform } from "../../tape/transform.ts";
import type { Placement } from "./choice.ts";
import { clockStep } from "./clock-step.ts";
import { loseLink } from "./lose-link.ts";
import { join, reorder } from "./ordering.ts";
import { corrupt, drop, duplicate, truncate } from "./rewrites.ts";
import type { Fault, FaultOf } from "./schema.ts";
import type { Start } from "./start.ts";
import { delay, split } from "./timing.ts";

/** Faults that disturb a port of the subject, and not the tape. */
export const PORT_FAULTS = ["cut-power", "disk-full", "slow-server"] as const;
export type PortFault = FaultOf<(typeof PORT_FAULTS)[number]>;
export type RecordFault = Exclude<Fault, PortFault>;

/** A fault with its number in scenario.yaml and the place where it starts. */
export interface PlacedFault<F extends Fault = Fault> {
  readonly index: number;
  readonly fault: F;
  readonly start: Start;
}

/** The faults of a tape as one transform. */
export interface Disturbance {
  readonly transform: Transform;
  /** After a run: the faults that found nothing to disturb. */
  unplaced(): readonly PlacedFault<RecordFault>[];
}

/** Applies the faults one after the other: each sees the tape as those before it left it. The same seed gives the same tape. */
export function disturbanceOf(faults: readonly PlacedFault<RecordFault>[], seed: number): Disturbance {
  const placed = new Set<number>();
  const transforms = faults.map(({ index, fault, start }) =>
    transformOf(fault, { start, random: new Random(seed, `faults/${index}`), found: () => placed.add(index) }),
  );
  return { transform: chain(transforms), unplaced: () => faults.filter(({ index }) => !placed.has(index)) };
}

export function isPortFault(fault: Fault): fault is PortFault {
  return PORT_FAULTS.some((name) => name === fault.fault);
}

function transformOf(fault: RecordFault, placement: Placement): Transform {
  switch (fault.fault) {
    case "drop":
      return drop(fault, placement);
    case "duplicate":
      return duplicate(fault, placement);
    case "delay":
      return delay(fault, placement);
    case "reorder":
      return reorder(fault, placement);
    case "corrupt":
      return corrupt(fault, placement);
    case "truncate":
      return truncate(fault, placement);
    case "split":
      return split(fault, placement);
    case "join":
      return join(fault, placement);
    case "lose-link":
      return loseLink(fault, placement);
    case "clock-step":
      return clockStep(fault, placement);
    default:
      return unreachable(fault);
  }
}
