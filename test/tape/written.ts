import type { TapeRecord } from "../../src/tape/record.ts";
import { TapeScanner } from "../../src/tape/scanner.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import type { TapeWriterOptions } from "../../src/tape/writer-options.ts";
import { SmallDisk } from "./small-disk.ts";
import { header } from "./tape-files.ts";
import { raw } from "./traffic.ts";

export const derived = { header, live: false } as const;
export const TAPE = "a.tape.jsonl";

/** Writes a tape onto a disk in memory; returns what stands there. */
export async function written(
  records: readonly TapeRecord[],
  options: TapeWriterOptions = derived,
  disk = new SmallDisk(),
) {
  const writer = await TapeWriter.over(disk, TAPE, options);
  for (const record of records) writer.write(record);
  await writer.close({ reason: "stop" });
  return disk;
}

export function scanned(text: string) {
  const scanner = new TapeScanner({ file: TAPE, verify: true });
  const records = scanner.append(Buffer.from(text)).flatMap((batch) => [...batch.records]);
  return { records, facts: scanner.facts() };
}

export const readings = (count: number): TapeRecord[] =>
  Array.from({ length: count }, (_, index) =>
    raw(index * 1000, 0, "rx", `reading ${index}: 23.5 degrees, all is well`),
  );
