import type { Dir } from "../../../src/bytes/channel.ts";
import { type Disturbance, disturbanceOf, isPortFault } from "../../../src/scenarios/faults/disturbance.ts";
import { faultSchema } from "../../../src/scenarios/faults/schema.ts";
import { startOf } from "../../../src/scenarios/faults/start.ts";
import type { TapeRecord } from "../../../src/tape/record.ts";
import { transformRecords } from "../../../src/tape/transform.ts";

/** The tape after one fault or several, as scenario.yaml writes them. */
export function disturbed(records: readonly TapeRecord[], ...faults: readonly object[]): readonly TapeRecord[] {
  return transformRecords(records, disturbance(faults).transform);
}

export function disturbance(faults: readonly object[], seed = 1): Disturbance {
  const placed = faults.map((written, index) => {
    const fault = faultSchema.parse(written);
    const start = startOf(fault);
    if (isPortFault(fault) || start === undefined) throw new Error("not a fault of records");
    return { index, fault, start };
  });
  return disturbanceOf(placed, seed);
}

/** What a person sees of reads: time, direction and text. */
export function told(records: readonly TapeRecord[]): string[] {
  return records.flatMap((record) => {
    if (record.type === "raw") return [`${record.at} ${record.dir} ${new TextDecoder("latin1").decode(record.bytes)}`];
    if (record.type === "link") return [`${record.at} ${record.event}`];
    if (record.type === "gap")
      return [`${record.at} gap ${(record.dir ?? "both") satisfies Dir | "both"} ${record.cause}`];
    if (record.type === "wall") return [`${record.at} wall ${record.wall} ${record.step}`];
    return [];
  });
}
