import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findPlace, recordsFrom } from "../../src/tape/find-place.ts";
import { InForce } from "../../src/tape/in-force.ts";
import { inForceAt } from "../../src/tape/in-force-at.ts";
import { formatRecord } from "../../src/tape/line.ts";
import { parsePosition } from "../../src/tape/position.ts";
import { openTape } from "../../src/tape/reader.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { TapeIndex } from "../../src/tape/tape-index.ts";
import { nanos } from "../../src/time/nanos.ts";
import { header, inFolder, recordsOf, tapeBytes } from "./tape-files.ts";
import { channel, raw } from "./traffic.ts";

/** About 700 KB: hash lines; equal times in runs, one of them longer than what is left when halving stops; links that come and go. */
const long = (() => {
  const records: TapeRecord[] = [channel(0), channel(1), { type: "link", at: nanos(0), channel: 0, event: "open" }];
  for (let index = 1; index <= 6000; index++) {
    const at = Math.floor(index / 7) * 1000;
    if (index % 1500 === 0) records.push({ type: "mark", at: nanos(at), label: `mark ${index / 1500}` });
    if (index % 2000 === 0)
      records.push({ type: "link", at: nanos(at), channel: 0, event: index % 4000 === 0 ? "open" : "lost" });
    if (index % 1000 === 0) records.push({ ...channel(index), at: nanos(at) });
    records.push(raw(at, index % 2, "rx", `${index} ${"x".repeat(index % 60)}`));
    if (index === 4200) for (let same = 0; same < 1500; same++) records.push(raw(at, 0, "tx", `${same}`));
  }
  return records;
})();

/** What `findPlace` must find, by looking at every record. */
function expected(records: readonly TapeRecord[], reached: (line: number, at: number | undefined) => boolean) {
  let index = 0;
  for (const record of records) {
    const at = record.type === "header" ? undefined : record.at;
    if (reached(index + 1, at)) return { line: index + 1, at: at ?? 0 };
    index++;
  }
  return { line: index + 1, at: undefined };
}

async function agree(path: string, plain: string): Promise<void> {
  const records = await recordsOf(plain);
  const last = records.at(-1)!;
  const atMax = last.type === "header" ? 0 : last.at + 2000;
  const times = fc.sample(fc.integer({ min: 0, max: atMax }), { numRuns: 25, seed: 5 });
  for (const at of [0, 1, 1000, 600_000, atMax, ...times.map((time) => Math.round(time / 1000) * 1000), ...times]) {
    const found = await findPlace(path, { type: "at", at: nanos(at) });
    expect(found, `at ${at}`).toMatchObject(expected(records, (_, time) => time !== undefined && time >= at));
    await check(path, found, records);
  }
  for (const line of [
    1,
    2,
    records.length,
    records.length + 5,
    ...fc.sample(fc.integer({ min: 1, max: records.length }), { numRuns: 5, seed: 1 }),
  ])
    expect(await findPlace(path, { type: "line", line })).toMatchObject(expected(records, (stands) => stands >= line));
}

/** Reading from the place gives the rest of the tape; what holds there is what the records before it said. */
async function check(
  path: string,
  found: Awaited<ReturnType<typeof findPlace>>,
  records: readonly TapeRecord[],
): Promise<void> {
  await using tape = await openTape(path);
  for await (const batch of recordsFrom(tape, found)) {
    expect(batch.firstLine).toBe(found.line);
    expect(formatRecord(batch.records[0]!)).toBe(formatRecord(records[found.line - 1]!));
    break;
  }
  const inForce = new InForce();
  for (const record of records.slice(0, found.line - 1)) inForce.take(record);
  const at = nanos(found.at ?? 0);
  expect((await inForceAt(path, found)).restated(at)).toEqual(inForce.restated(at));
}

describe("a place is found", () => {
  test("by halving, on a tape without an index", () =>
    inFolder(async (file) => {
      const path = file("long.tape.jsonl", tapeBytes(long));
      expect(statSync(path).size).toBeGreaterThan(500_000);
      await agree(path, path);
      expect(existsSync(`${path}.index`)).toBe(false);
    }));

  test("on a tape without hash lines, which knows no line numbers", () =>
    inFolder(async (file) => {
      const path = file("fragment.jsonl", `${long.map(formatRecord).join("\n")}\n`);
      await agree(path, path);
    }));

  test("on a tape that another program wrote its own way, with lines that have no time", () =>
    inFolder(async (file) => {
      const lines = long.map((record, index) => {
        const { type, at, ...rest } = JSON.parse(formatRecord(record)) as Record<string, unknown>;
        if (index % 3 === 0) return JSON.stringify({ ...rest, at, type });
        return index % 5 === 0
          ? `{"type":"note","text":"at: 5"}\n${JSON.stringify({ type, ...rest, at })}`
          : formatRecord(record);
      });
      const path = file("foreign.tape.jsonl", `${formatRecord(header)}\n${lines.join("\n")}\n`);
      const records = await recordsOf(path);
      // A line without a time has that of the line before it: never the first of its time, so looking by time passes it over.
      for (const at of [0, 5000, 400_000, 857_000, 900_000]) {
        const found = await findPlace(path, { type: "at", at: nanos(at) });
        expect(found).toMatchObject(expected(records, (_, time) => time !== undefined && time >= at));
      }
    }));

  test("on a compressed tape", () =>
    inFolder(async (file) => {
      const plain = file("long.tape.jsonl", tapeBytes(long.slice(0, 1500)));
      await agree(file("long.tape.jsonl.gz", gzipSync(readFileSync(plain))), plain);
    }));

  test("on a tape of schema 1, in the lines that it has in schema 2", () =>
    inFolder(async (file) => {
      const sample = readFileSync(new URL("samples/schema-1.jsonl", import.meta.url));
      const path = file("old.jsonl", sample);
      await agree(path, path);
    }));

  test("where an index tells, the same places", () =>
    inFolder(async (file) => {
      // Beyond 16 MiB an index is stored.
      const padding: TapeRecord = { type: "output", at: nanos(0), machine: "m", value: "y".repeat(60_000) };
      const records = [...Array.from({ length: 290 }, () => padding), ...long];
      const path = file("large.tape.jsonl", tapeBytes(records));
      expect(await TapeIndex.load(path)).toBeUndefined();
      const index = await TapeIndex.open(path);
      expect(await TapeIndex.load(path)).toBeDefined();
      expect(index.beforeAt(nanos(500_000)).byte).toBeGreaterThan(16_000_000);
      await agree(path, path);

      // Whatever happens to the cache, it is only a cache.
      const stored = `${path}.index/index.json`;
      const bytes = readFileSync(stored);
      bytes[bytes.length - 20]! ^= 1;
      writeFileSync(stored, bytes);
      expect(await TapeIndex.load(path)).toBeUndefined();
      writeFileSync(stored, "");
      expect(await TapeIndex.load(path)).toBeUndefined();
      await TapeIndex.open(path);
      expect(await TapeIndex.load(path)).toBeDefined();
      appendFileSync(path, "\n");
      expect(await TapeIndex.load(path)).toBeUndefined();
      truncateSync(path, statSync(path).size - 1);
    }));
});

describe("a place is named", () => {
  const marked: TapeRecord[] = [
    channel(0),
    raw(5, 0, "rx", "a"),
    { type: "mark", at: nanos(10), label: "start" },
    { type: "wall", at: nanos(2_000_000_000), wall: "2026-11-20T11:00:00.000000Z", step: -3_602_000_000_000 },
    raw(3_000_000_000, 0, "rx", "b"),
    { type: "mark", at: nanos(3_000_000_001), label: "start" },
    { type: "wall", at: nanos(4_000_000_000), wall: "2026-11-20T14:00:00.000000Z", step: 7_202_000_000_000 },
    raw(5_000_000_000, 0, "rx", "c"),
  ];
  const lineOf = (text: string, base?: number): Promise<number> =>
    inFolder(async (file) => {
      const path = file("marked.tape.jsonl", tapeBytes(marked));
      const options = base === undefined ? {} : { base: nanos(base) };
      return (await findPlace(path, parsePosition(text), options)).line;
    });

  test.each([
    ["mark:start", 4],
    ["line:6", 6],
    ["3s", 6],
    ["+3s", 6],
    ["2026-11-20T12:00:00Z", 2],
    ["2026-11-20T19:59:00+08:00", 2],
    // The clock was set back an hour: 11:00:01 came after it.
    ["2026-11-20T11:00:01Z", 2],
    ["2026-11-20T12:00:01Z", 5],
    // And then set on by two hours: 13:00 never was.
    ["2026-11-20T13:00:00Z", 8],
    ["2026-11-20T14:00:01Z", 9],
    ["2026-11-20T15:00:00Z", 11],
  ])("%s", async (text, line) => {
    expect(await lineOf(text)).toBe(line);
  });

  test("a time after the beginning of a range", async () => {
    expect(await lineOf("+1s", 2_000_000_000)).toBe(6);
    expect(await lineOf("+1ns", 3_000_000_000)).toBe(7);
  });

  test("a mark that is not there is named, with those that are", async () => {
    await expect(lineOf("mark:stop")).rejects.toMatchObject({ code: "INPUT_MISSING", hint: 'its marks are "start"' });
  });

  test("a date on a tape without a header is refused", () =>
    inFolder(async (file) => {
      const path = file("golden.jsonl", `${formatRecord(marked[2]!)}\n`);
      await expect(findPlace(path, parsePosition("2026-11-20T12:00:00Z"))).rejects.toMatchObject({ code: "USAGE" });
    }));
});
