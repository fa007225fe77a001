import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LineEncoder } from "../../src/tape/line-encoder.ts";
import { openTape } from "../../src/tape/reader.ts";
import type { HeaderRecord, TapeRecord } from "../../src/tape/record.ts";
import { SegmentEncoder } from "../../src/tape/segment-encoder.ts";
import { type Nanos, ZERO } from "../../src/time/nanos.ts";

export const header: HeaderRecord = {
  type: "header",
  format: "fieldtape",
  schema: 2,
  id: "7d8a1c6e-0000-4000-8000-000000000001",
  started: "2026-11-20T12:00:00.000000Z",
  segment: 0,
  offset: "0",
  previous: null,
  recorder: { version: "0.1.0", git: "0000000" },
  requires: [],
  meta: {},
};

/** The bytes of a tape: header, these records, hash lines where they belong, and an end (unless `end` is false). */
export function tapeBytes(
  records: readonly TapeRecord[],
  { head = header, end = true }: { head?: HeaderRecord; end?: boolean } = {},
): Buffer {
  const segment = new SegmentEncoder(head, new LineEncoder());
  let at: Nanos = ZERO;
  for (const record of records) {
    segment.write(record);
    if (record.type !== "header") at = record.at;
  }
  if (end) segment.end("stop", at);
  return Buffer.from(segment.take().bytes);
}

/** A folder of its own for a test's files, gone afterwards. */
export async function inFolder<T>(
  body: (file: (name: string, content?: Uint8Array | string) => string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "fieldtape-test-"));
  try {
    return await body((name, content) => {
      const path = join(folder, name);
      if (content !== undefined) writeFileSync(path, content);
      return path;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** All records of a tape, with header, hash lines and end. */
export async function recordsOf(path: string): Promise<TapeRecord[]> {
  await using tape = await openTape(path);
  const all: TapeRecord[] = [];
  for await (const { records } of tape.batches()) all.push(...records);
  return all;
}

/** The records that say something: without header, hash lines and end. */
export function content(records: readonly TapeRecord[]): TapeRecord[] {
  return records.filter(({ type }) => type !== "header" && type !== "block" && type !== "end");
}
