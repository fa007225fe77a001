import type { TapeRecord } from "../tape/record.ts";
import type { SourceBatch } from "./feed.ts";

/** As long as a tape's batches are pieces of 64 KiB, so much is a mebibyte. */
const BATCHES_MAX = 16;

/** The same lines in batches of `count` records or more, or of 16 as they came; fewer at the end and before a line that could not be read. */
export async function* together(
  batches: AsyncIterable<SourceBatch>,
  count: number,
): AsyncGenerator<SourceBatch, undefined> {
  let firstLine = 0;
  let records: TapeRecord[] = [];
  let after: SourceBatch["after"];
  let joined = 0;
  const whole = (): SourceBatch => ({ firstLine, records, ...(after === undefined ? {} : { after }) });
  try {
    for await (const batch of batches) {
      if (records.length > 0 && batch.firstLine !== firstLine + records.length) {
        yield whole();
        records = [];
        joined = 0;
      }
      if (records.length === 0) firstLine = batch.firstLine;
      for (const record of batch.records) records.push(record);
      after = batch.after;
      joined += 1;
      if (records.length < count && joined < BATCHES_MAX) continue;
      yield whole();
      records = [];
      joined = 0;
    }
  } catch (thrown) {
    // What came before a broken place is played.
    if (records.length > 0) yield whole();
    throw thrown;
  }
  if (records.length > 0) yield whole();
}
