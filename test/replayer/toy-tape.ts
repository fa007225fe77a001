import fc from "fast-check";
import type { RecordBatch, TapeRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";
import { channel, raw } from "../tape/traffic.ts";
import { SILENCE } from "./toy-subject.ts";

export { channel, raw };

/** The records as a reader gives them, so many a batch; the first stands on line `firstLine`. */
export async function* batchesOf(
  records: readonly TapeRecord[],
  size = 1000,
  firstLine = 1,
): AsyncGenerator<RecordBatch, undefined> {
  for (let index = 0; index < records.length; index += size)
    yield { firstLine: firstLine + index, records: records.slice(index, index + size) };
}

export const end = (at: number): TapeRecord => ({ type: "end", at: nanos(at), records: 0, reason: "stop" });
export const mark = (at: number, label: string): TapeRecord => ({ type: "mark", at: nanos(at), label });

/** Two channels of lines, cut anywhere, with equal stamps, silences around the toy's deadline, gaps, marks; some without end. */
export const tapes: fc.Arbitrary<TapeRecord[]> = fc
  .tuple(
    fc.array(
      fc.tuple(
        fc.constantFrom(0, 0, 1, 7, SILENCE - 1, SILENCE, SILENCE + 1, 3 * SILENCE, 3_600_000_000_000),
        fc.constantFrom(0, 1),
        fc.constantFrom("rx" as const, "tx" as const),
        fc.constantFrom("a", "bc\n", "\n", "d\nee", "f\n\n", "gap", "mark", "output"),
      ),
      { maxLength: 40 },
    ),
    fc.constantFrom(undefined, 0, SILENCE, 10_000_000_000),
  )
  .map(([events, tail]) => {
    const records: TapeRecord[] = [channel(0), channel(1)];
    let at = 0;
    for (const [silence, number, dir, what] of events) {
      at += silence;
      if (what === "gap")
        records.push({ type: "gap", at: nanos(at), channel: number, dir, cause: "overrun", bytes: 3 });
      else if (what === "mark") records.push(mark(at, "here"));
      else if (what === "output")
        records.push({ type: "output", at: nanos(at), machine: "old", value: { type: "state" } });
      else records.push(raw(at, number, dir, what));
    }
    if (tail !== undefined) records.push(end(at + tail));
    return records;
  });
