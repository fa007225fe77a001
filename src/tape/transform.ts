import type { RecordBatch, TapeRecord } from "./record.ts";

/** Takes a record on, with the line of the source that it stands on. */
export type Emit = (record: TapeRecord, line: number) => void;

/** One step of a pipe of records: pure, and in order. */
export interface Stage {
  take(record: TapeRecord, line: number): void;
  /** The source is over: what is held back goes on now. */
  end(): void;
}

/** A transform of records, before it is tied to what comes after it. Each call begins anew. */
export type Transform = (emit: Emit) => Stage;

/** A record and the line of the source that it stands on (a re-cut read: the line that its last byte came from). */
export interface PlacedRecord {
  readonly record: TapeRecord;
  readonly line: number;
}

/** One transform after the other, in the order given. */
export function chain(transforms: readonly Transform[]): Transform {
  return (emit) => {
    const stages: Stage[] = [];
    let next = emit;
    for (const transform of transforms.toReversed()) {
      const stage = transform(next);
      stages.unshift(stage);
      next = (record, line) => stage.take(record, line);
    }
    return {
      take: next,
      end() {
        for (const stage of stages) stage.end();
      },
    };
  };
}

/** The records of a tape, batch by batch, as a transform makes them. Memory stays bounded by the batch. */
export async function* transformed(
  batches: AsyncIterable<RecordBatch>,
  transform: Transform,
): AsyncGenerator<readonly PlacedRecord[]> {
  let out: PlacedRecord[] = [];
  const stage = transform((record, line) => out.push({ record, line }));
  for await (const { records, firstLine } of batches) {
    let line = firstLine;
    for (const record of records) stage.take(record, line++);
    if (out.length === 0) continue;
    yield out;
    out = [];
  }
  stage.end();
  if (out.length > 0) yield out;
}

/** The same for records in memory, the first of which stands on line 1. */
export function transformRecords(records: Iterable<TapeRecord>, transform: Transform): readonly TapeRecord[] {
  const out: TapeRecord[] = [];
  const stage = transform((record) => out.push(record));
  let line = 1;
  for (const record of records) stage.take(record, line++);
  stage.end();
  return out;
}
