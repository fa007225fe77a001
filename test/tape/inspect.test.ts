import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { inspectTape } from "../../src/tape/inspect.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { Surveyor } from "../../src/tape/survey.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import { nanos } from "../../src/time/nanos.ts";
import { header, inFolder, tapeBytes } from "./tape-files.ts";
import { channel, raw, traffic, wires } from "./traffic.ts";

const tape: TapeRecord[] = [
  channel(0, "stream", "plc"),
  channel(1, "datagram", "can"),
  { type: "link", at: nanos(0), channel: 0, event: "open" },
  raw(1_000_000_000, 0, "rx", "abc"),
  raw(2_000_000_000, 0, "tx", "de"),
  raw(2_000_000_000, 1, "rx", "f"),
  { type: "gap", at: nanos(2_500_000_000), channel: 0, dir: "rx", cause: "overrun", bytes: 48 },
  { type: "gap", at: nanos(2_500_000_000), cause: "queue" },
  { type: "mark", at: nanos(3_000_000_000), label: "pump on" },
  { type: "output", at: nanos(3_000_000_000), machine: "lines", channel: 0, value: {} },
  { type: "wall", at: nanos(3_500_000_000), wall: "2026-11-20T12:00:05.000000Z", step: 1_500_000_000 },
  { type: "unknown", at: nanos(3_600_000_000), json: '{"type":"photo","at":3600000000}' },
  { type: "link", at: nanos(4_000_000_000), channel: 0, event: "lost" },
];

describe("inspecting a tape", () => {
  test("tells how a link came to its end, not that it was let go afterwards", () => {
    const surveyor = new Surveyor();
    const told = (event: "open" | "half-close" | "close" | "reset" | "lost") => {
      surveyor.take({ type: "link", at: nanos(1), channel: 0, event }, 2);
      return surveyor.survey().channels[0]?.link;
    };
    surveyor.take(channel(0, "stream", "plc"), 1);
    expect([told("open"), told("half-close"), told("close")]).toEqual(["open", "open", "closed"]);
    expect([told("open"), told("lost"), told("close")]).toEqual(["open", "lost", "lost"]);
    expect([told("open"), told("reset"), told("close")]).toEqual(["open", "reset", "reset"]);
  });

  test("tells what it holds", () =>
    inFolder(async (file) => {
      const path = file("site.tape.jsonl", tapeBytes(tape));
      const { whole, ...outline } = await inspectTape(path, { quick: false });
      expect(outline).toMatchObject({
        schema: 2,
        compressed: false,
        from: "2026-11-20T12:00:00.000000Z",
        until: "2026-11-20T12:00:04.000000Z",
        duration: 4_000_000_000,
        closed: "stop",
        segments: [],
      });
      expect(whole).toMatchObject({
        lines: 15,
        rates: { records: 11 / 4, bytes: 1.5 },
        hashes: { state: "whole", hashLines: 1, damagedBlocks: 0, unsealedBytes: 0 },
        tornBytes: 0,
      });
      expect(whole?.survey).toMatchObject({
        types: { header: 1, channel: 2, link: 2, raw: 3, gap: 2, mark: 1, output: 1, wall: 1, unknown: 1, end: 1 },
        channels: [
          {
            channel: 0,
            name: "plc",
            rx: { reads: 1, bytes: 3 },
            tx: { reads: 1, bytes: 2 },
            gaps: 1,
            opened: 1,
            link: "lost",
          },
          {
            channel: 1,
            name: "can",
            rx: { reads: 1, bytes: 1 },
            tx: { reads: 0, bytes: 0 },
            gaps: 0,
            opened: 0,
            link: "unknown",
          },
        ],
        machines: { lines: { inputs: 0, outputs: 1 } },
        gaps: { count: 2, bytes: 48, causes: { overrun: 1, queue: 1 }, first: [{ line: 8, channel: 0 }, { line: 9 }] },
        marks: { count: 1, first: [{ line: 10, at: 3_000_000_000, label: "pump on" }] },
        steps: 1,
      });
    }));

  test("at its ends only tells what can be told from there", () =>
    inFolder(async (file) => {
      const path = file("site.tape.jsonl", tapeBytes(tape));
      const { whole: _, ...outline } = await inspectTape(path, { quick: false });
      expect(await inspectTape(path, { quick: true })).toEqual({ ...outline, whole: undefined });
      const open = file("open.tape.jsonl", tapeBytes(tape, { end: false }));
      const quick = await inspectTape(open, { quick: true });
      expect(quick).toMatchObject({ duration: 4_000_000_000, closed: undefined });
    }));

  test("says that it was edited, not closed, or torn", () =>
    inFolder(async (file) => {
      const bytes = tapeBytes(tape);
      const edited = await inspectTape(file("a", bytes.toString().replace("pump on", "pump 0n")), { quick: false });
      expect(edited.whole?.hashes).toMatchObject({ state: "edited", damagedBlocks: 1 });
      const torn = await inspectTape(file("b", bytes.subarray(0, -5)), { quick: false });
      expect(torn).toMatchObject({ closed: undefined, whole: { hashes: { state: "none" } } });
      expect(torn.whole?.tornBytes).toBeGreaterThan(0);
      await expect(inspectTape(file("c", `${bytes}rubbish\n`), { quick: false })).rejects.toMatchObject({ line: 16 });
    }));

  test("works on compressed tapes, on schema 1, on fragments, and on nothing but a header", () =>
    inFolder(async (file) => {
      const packed = await inspectTape(file("a.gz", gzipSync(tapeBytes(tape))), { quick: false });
      expect(packed).toMatchObject({ compressed: true, closed: "stop", whole: { lines: 15 } });
      const old = file("old.jsonl", readFileSync(new URL("samples/schema-1.jsonl", import.meta.url)));
      expect(await inspectTape(old, { quick: false })).toMatchObject({ schema: 1, duration: 977_000_200 });
      expect(await inspectTape(old, { quick: true })).toMatchObject({ schema: 1, from: "2024-10-27T03:33:20.123000Z" });
      const golden = file("golden.jsonl", '{"type":"mark","at":5,"label":"x"}\n');
      expect(await inspectTape(golden, { quick: false })).toMatchObject({
        header: undefined,
        from: undefined,
        duration: 0,
      });
      const bare = await inspectTape(file("bare", tapeBytes([])), { quick: true });
      expect(bare).toMatchObject({ header: { id: header.id }, duration: undefined, closed: "stop" });
    }));

  test("names the other segments", () =>
    inFolder(async (file) => {
      const path = file("long.tape.jsonl");
      const options = {
        header,
        live: false,
        rotate: { bytes: 600 },
      } as const;
      const writer = await TapeWriter.create(path, options);
      for (const record of tape) writer.write(record);
      await writer.close({ reason: "stop" });
      const second = await inspectTape(file("long.0001.tape.jsonl"), { quick: true });
      expect(second.segments[0]).toBe(path);
      expect(second.header?.segment).toBe(1);
      // The dates of a later segment count from where it begins.
      expect(second.from?.startsWith("2026-11-20T12:00:0")).toBe(true);
      expect((await inspectTape(path, { quick: true })).segments[0]).toBe(file("long.0001.tape.jsonl"));
    }));
});

property.prop([traffic()])("a survey counts every byte of every wire", (records) => {
  const surveyor = new Surveyor();
  for (const [index, record] of records.entries()) surveyor.take(record, index + 1);
  const { channels, types } = surveyor.survey();
  const said = wires(records);
  for (const { channel: number, rx, tx } of channels) {
    expect(rx.bytes).toBe((said[`${number}/rx`] ?? "").length / 2);
    expect(tx.bytes).toBe((said[`${number}/tx`] ?? "").length / 2);
  }
  expect(Object.values(types).reduce((sum, count) => sum + count, 0)).toBe(records.length);
});
