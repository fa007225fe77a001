import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkTape } from "../../src/tape/check.ts";
import { formatRecord } from "../../src/tape/line.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { recordsOf } from "./tape-files.ts";

/** Tapes made by hand and hashed by another program. They must be read for ever, whatever becomes of our own writer. */
const sample = (name: string): string => join(import.meta.dirname, "samples", name);
const text = (records: readonly TapeRecord[]): string => records.map((record) => `${formatRecord(record)}\n`).join("");

test("a frozen tape of schema 2 is read, and every record is written as it stood", async () => {
  const records = await recordsOf(sample("schema-2.jsonl"));
  expect(text(records)).toBe(readFileSync(sample("schema-2.jsonl"), "utf8"));
  expect(new Set(records.map(({ type }) => type))).toEqual(
    new Set("header channel link raw gap input output mark blob wall block end unknown".split(" ")),
  );
});

test("a frozen tape of schema 2 means what it meant", async () => {
  const records = await recordsOf(sample("schema-2.jsonl"));
  expect(records[0]).toMatchObject({
    id: "6f1e0a52-7c1d-4a55-9f0e-3a5d5f2b9c01",
    meta: { site: "Pumpwerk Süd", shift: 2 },
  });
  expect(records[8]).toEqual({
    type: "raw",
    at: 1_990_001,
    channel: 0,
    dir: "rx",
    bytes: Uint8Array.of(0, 1, 0, 0, 0, 7, 1, 3, 4, 0, 1, 2, 3),
  });
  expect(records[9]).toMatchObject({
    bytes: new TextEncoder().encode('{"t":23.5,"unit":"°C","note":"tab\there, back\\slash"}'),
  });
  expect(records[10]).toMatchObject({ dir: "tx", bytes: new Uint8Array(0) });
  expect(records[19]).toEqual({
    type: "output",
    at: 2_170_000,
    machine: "updater",
    value: ["idle", { progress: 0.125, tiny: 1e-7 }, true],
  });
  expect(records[23]).toEqual({
    type: "wall",
    at: Number.MAX_SAFE_INTEGER,
    wall: "2026-11-20T11:59:59Z",
    step: -1_500_000_000,
  });
});

test("the hashes, blobs and segments of frozen tapes are right", async () => {
  expect(await checkTape(sample("schema-2.jsonl"))).toMatchObject({ findings: [], hashLines: 2, closed: true });
  expect(await checkTape(sample("schema-2.0001.jsonl"))).toMatchObject({ findings: [], previousGone: false });
});

test("a frozen tape in another layout is the same tape", async () => {
  const canonical = await recordsOf(sample("schema-2.jsonl"));
  const vouched = canonical.filter(({ type }) => type !== "block" && type !== "end" && type !== "unknown");
  expect(await recordsOf(sample("schema-2-other-layout.jsonl"))).toEqual(vouched);
});
