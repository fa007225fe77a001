import { readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { compressTape } from "../../src/tape/gzip.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { segmentsBeside } from "../../src/tape/segments.ts";
import { TapeSeries } from "../../src/tape/series.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import { header, inFolder, tapeBytes } from "./tape-files.ts";
import { channel, raw, traffic } from "./traffic.ts";

const { signal } = new AbortController();
const readings: TapeRecord[] = [
  channel(0),
  ...Array.from({ length: 100 }, (_, index) => raw(index * 1_000, 0, "rx", `reading ${index}`)),
];

async function rotated(path: string, records: readonly TapeRecord[]): Promise<void> {
  const writer = await TapeWriter.create(path, { header, live: false, rotate: { bytes: 1_500 } });
  for (const record of records) writer.write(record);
  await writer.close({ reason: "stop" });
}

async function all(series: TapeSeries): Promise<TapeRecord[]> {
  const records: TapeRecord[] = [];
  for await (const batch of series.batches(signal)) records.push(...batch);
  return records;
}

describe("the segments of a recording", () => {
  property.prop([traffic()])("say together what was written, no more and no less", (records) =>
    inFolder(async (file) => {
      await rotated(file("a.tape.jsonl"), records);
      const series = await TapeSeries.open(file("a.tape.jsonl"));
      expect(await all(series)).toEqual(records.filter(({ type }) => !/^(header|block|end)$/.test(type)));
      expect(series).toMatchObject({ ended: true, missing: 0, header });
    }),
  );

  test("are found from any of them, compressed or not, and can be read again", () =>
    inFolder(async (file) => {
      await rotated(file("a.tape.jsonl"), readings);
      await compressTape(file("a.tape.jsonl"));
      await compressTape(file("a.0002.tape.jsonl"));
      const series = await TapeSeries.open(file("a.0001.tape.jsonl"));
      expect(series.paths.slice(0, 3)).toEqual(
        ["a.tape.jsonl.gz", "a.0001.tape.jsonl", "a.0002.tape.jsonl.gz"].map((name) => file(name)),
      );
      expect(await all(series)).toEqual(readings);
      expect(await all(series)).toEqual(readings);
    }));

  test("that are gone are counted, and what is left has its right time", () =>
    inFolder(async (file) => {
      await rotated(file("a.tape.jsonl"), readings);
      const count = readdirSync(file("")).length;
      rmSync(file("a.tape.jsonl"));
      rmSync(file("a.0002.tape.jsonl"));
      const series = await TapeSeries.open(file("a.0001.tape.jsonl"));
      expect(series.missing).toBe(2);
      expect(series.paths).toHaveLength(count - 2);
      const [declared, first] = await all(series);
      expect(declared).toMatchObject({ type: "channel", at: 0 });
      const started = Number(/\.(\d{6,9})Z$/.exec(series.header.started)?.[1]?.padEnd(9, "0"));
      // Where the first segment that is left begins, and how far into it its first reading is, is when that was read.
      const number = /\d+/.exec(Buffer.from(first?.type === "raw" ? first.bytes : []).toString())?.[0];
      expect(started + (first?.type === "raw" ? first.at : 0)).toBe(Number(number) * 1_000);
    }));

  test("without an end of the last are not closed cleanly, whatever the others have", () =>
    inFolder(async (file) => {
      await rotated(file("a.tape.jsonl"), readings);
      const last = (await segmentsBeside(file("a.tape.jsonl"))).at(-1)!;
      const torn = tapeBytes([channel(0)], { head: { ...header, segment: 1, offset: "9" }, end: false });
      for (const path of await segmentsBeside(file("a.tape.jsonl")))
        if (path !== file("a.tape.jsonl") && path !== last) rmSync(path);
      rmSync(last);
      writeFileSync(file("a.0001.tape.jsonl"), torn);
      const series = await TapeSeries.open(file("a.tape.jsonl"));
      await all(series);
      expect(series.ended).toBe(false);
    }));

  test("are not taken for those of another recording that has the name", () =>
    inFolder(async (file) => {
      await rotated(file("a.tape.jsonl"), readings);
      const other = { ...header, id: "7d8a1c6e-0000-4000-8000-000000000002", segment: 1, offset: "9" };
      writeFileSync(file("a.0001.tape.jsonl"), tapeBytes([channel(0)], { head: other }));
      await expect(TapeSeries.open(file("a.tape.jsonl"))).rejects.toMatchObject({
        code: "USAGE",
        file: file("a.0001.tape.jsonl"),
      });
    }));

  test("stand in the order of their numbers, also beyond four digits, and plain ones before compressed", () =>
    inFolder(async (file) => {
      for (const name of ["a.10000.tape.jsonl", "a.9999.tape.jsonl", "a.tape.jsonl.gz", "b.0001.tape.jsonl"])
        file(name, "");
      file("a.9999.tape.jsonl.gz", "");
      expect(await segmentsBeside(file("a.10000.tape.jsonl"))).toEqual(
        ["a.tape.jsonl.gz", "a.9999.tape.jsonl", "a.10000.tape.jsonl"].map((name) => file(name)),
      );
      renameSync(file("a.10000.tape.jsonl"), file("a.tape.jsonl"));
      expect((await segmentsBeside(file("a.tape.jsonl")))[0]).toBe(file("a.tape.jsonl"));
    }));
});
