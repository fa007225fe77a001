import type { Json } from "../../bytes/json.ts";
import { FieldtapeError } from "../../errors.ts";
import { type Nanos, nanos } from "../../time/nanos.ts";
import { parseWorldFault } from "./schema.ts";

/** Disturbances of an update session's ports. `at`: from this tape time on; absent: from the beginning. */
export type WorldFault =
  | { readonly fault: "cut-power"; readonly at?: Nanos; readonly operation?: number }
  | { readonly fault: "disk-full"; readonly at?: Nanos; readonly bytes: number }
  | { readonly fault: "slow-server"; readonly at?: Nanos; readonly bytesPerSecond: number };

/** @throws FieldtapeError OPTIONS_INVALID for one that an updater's world has not */
export function worldFaults(values: readonly Json[]): readonly WorldFault[] {
  return values.map((value) => {
    const parsed = parseWorldFault(value);
    if (parsed === undefined) {
      throw new FieldtapeError("OPTIONS_INVALID", `updater-world has no such fault: ${JSON.stringify(value)}`, {
        hint: "it has cut-power, disk-full and slow-server",
      });
    }
    const { at, ...fault } = parsed;
    return at === undefined ? fault : { ...fault, at: nanos(at) };
  });
}
