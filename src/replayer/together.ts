import type { TapeRecord } from "../tape/record.ts";
import type { SourceBatch } from "./feed.ts";

/** The same lines in batches of at least `count` records, but for the last one and before a line that could not be read. */
export async function* together(
  batches: AsyncIterable<SourceBatch>,
  count: number,
): AsyncGenerator<SourceBatch, undefined> {
  let firstLine = 0;
  let records: TapeRecord[] = [];
  let after: SourceBatch["after"];
  const whole = (): SourceBatch => ({ firstLine, records, ...(after === undefined ? {} : { after }) });
  try {
    for await (const batch of batches) {
      if (records.length > 0 && batch.firstLine !== firstLine + records.length) {
        yield whole();
        records = [];
      }
      if (records.length === 0) firstLine = batch.firstLine;
      for (const record of batch.records) records.push(record);
      after = batch.after;
      if (records.length < count) continue;
      yield whole();
      records = [];
    }
  } catch (thrown) {
    // What came before a broken place is played.
    if (records.length > 0) yield whole();
    throw thrown;
  }
  if (records.length > 0) yield whole();
}
