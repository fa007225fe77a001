import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { createExporter } from "../../../../src/recorder/convert/export/create-exporter.ts";
import type { TapeRecord } from "../../../../src/tape/record.ts";
import { nanos } from "../../../../src/time/nanos.ts";
import { importing, story } from "../importing.ts";
import { text } from "../packets.ts";
import { beacon, exported, header, plc, port, raw, tape } from "./exported-tape.ts";

const kept = tape.filter((record) => record.type !== "header");

describe("a tape as pcapng", () => {
  test("is imported as the same tape: channels, bytes, times, gaps, links and marks", async () => {
    const imported = await importing(exported(tape, "pcapng"));
    expect(imported.records).toEqual(kept);
    expect(imported.started).toBe(1_795_176_000_000_000_007n);
    expect(imported.report.oddities).toEqual([]);
  });

  const at = fc.nat({ max: 1000 });
  const someBytes = fc.uint8Array({ maxLength: 40 });
  const dir = fc.constantFrom("rx" as const, "tx" as const);
  const happening = fc.oneof(
    fc.record({ type: fc.constant("raw" as const), at, channel: fc.nat({ max: 2 }), dir, bytes: someBytes }),
    fc.record({
      type: fc.constant("link" as const),
      at,
      channel: fc.nat({ max: 2 }),
      event: fc.constantFrom("open" as const, "lost" as const),
    }),
    fc.record({
      type: fc.constant("gap" as const),
      at,
      channel: fc.nat({ max: 2 }),
      dir,
      cause: fc.constant("queue" as const),
      bytes: fc.nat(),
    }),
    fc.record({ type: fc.constant("mark" as const), at, label: fc.string() }),
  );
  test.prop([fc.array(happening, { maxLength: 40 }), fc.integer({ min: 1, max: 300 })])(
    "whatever happened, is imported as the same tape",
    async (happened, size) => {
      let now = 0;
      const records: TapeRecord[] = [];
      const waiting = [plc, port, beacon];
      for (const one of happened) {
        now += one.at;
        const number = "channel" in one ? one.channel : -1;
        while (3 - waiting.length <= number) {
          const declared = waiting.shift();
          if (declared !== undefined) records.push({ ...declared, at: nanos(now) });
        }
        records.push({ ...one, at: nanos(now) });
      }
      expect((await importing(exported(records, "pcapng"), { size })).records).toEqual(records);
    },
  );

  test("has sequence numbers that any program can follow, with the loss as a hole", async () => {
    const file = exported(tape, "pcapng");
    const anonymous = Uint8Array.from(file);
    anonymous.set(text("somebody"), Buffer.from(file).indexOf("fieldtape 1.0"));
    const { records } = await importing(anonymous);
    const heard = story(records).filter((line) => /^0 (open|rx|tx|gap)/.test(line));
    expect(heard).toEqual([
      "0 open no handshake in the capture",
      "0 tx \0\x01\0\0\0\x06\x01\x03\0\0\0\x01",
      "0 rx \0\x01\0\0\0\x05\x01\x03\x02\0\t",
      "0 gap rx truncated 12",
      "0 rx \0\x02\0\0\0\x03\x01\x83\x02",
    ]);
    expect(records.filter((record) => record.type === "mark")).toHaveLength(9);
  });

  test("of one channel or one direction holds only that", async () => {
    const one = await importing(exported(tape, "pcapng", { channel: 0, dir: "rx" }));
    expect(story(one.records).filter((line) => /^\d (rx|tx)/.test(line))).toHaveLength(2);
    expect(one.report.channels).toBe(1);
  });

  test("holds the words of a tape on which nothing was read", async () => {
    const words: readonly TapeRecord[] = [
      plc,
      { type: "link", at: nanos(7), channel: 0, event: "open" },
      { type: "mark", at: nanos(8), label: "quiet" },
    ];
    expect((await importing(exported(words, "pcapng"))).records).toEqual(words);
    const many = Array.from(
      { length: 1000 },
      (_, index): TapeRecord => ({ type: "mark", at: nanos(index), label: `${index}` }),
    );
    expect((await importing(exported(many, "pcapng"))).records).toEqual(many);
  });

  test("of a channel with endless settings is imported without them", async () => {
    const endless = { ...port, channel: 0, settings: { note: "x".repeat(70_000) } };
    const { records } = await importing(exported([endless, raw(1, 0, "rx", "x")], "pcapng"));
    expect(records).toEqual([{ ...endless, settings: {} }, raw(1, 0, "rx", "x")]);
  });

  test("and another are imported as one, each at its dates", async () => {
    const next = exported([plc, { type: "mark", at: nanos(1), label: "next" }, raw(2, 0, "rx", "y")], "pcapng", {
      header: { ...header, started: "2026-11-20T12:00:10.000000007Z" },
    });
    const { records } = await importing([exported([plc, raw(1, 0, "rx", "x")], "pcapng"), next]);
    expect(story(records, true)).toEqual([
      "@0 0 stream wire 0",
      "@1 0 rx x",
      "@10000000000 1 stream wire 0",
      "@10000000001 mark next",
      "@10000000002 1 rx y",
    ]);
  });

  test("counts what it cannot say", () => {
    const exporter = createExporter("pcapng", { header, application: "fieldtape 1.0" });
    exporter.write([
      plc,
      { type: "output", at: nanos(1), machine: "lines", value: {} },
      raw(2, 0, "rx", "x"),
      { type: "mark", at: nanos(3), label: "x".repeat(70_000) },
    ]);
    exporter.end();
    expect([exporter.written, exporter.leftOut]).toEqual([1, 2]);
  });

  test("edited by somebody has times that never go back", async () => {
    const marked: readonly TapeRecord[] = [
      plc,
      raw(500, 0, "rx", "x"),
      { type: "mark", at: nanos(700), label: "x" },
      raw(800, 0, "rx", "y"),
    ];
    const edited = Buffer.from(exported(marked, "pcapng")).toString("latin1").replace('"at":700', '"at":100');
    const { records } = await importing(Buffer.from(edited, "latin1"));
    expect(story(records, true).slice(1)).toEqual(["@500 0 rx x", "@500 mark x", "@800 0 rx y"]);
  });

  test("edited by somebody goes through: new words are marks, what does not fit is counted", async () => {
    const file = exported([plc, raw(1, 0, "rx", "x")], "pcapng");
    const edited = Buffer.from(file).toString("latin1").replaceAll('"channel":0', '"channel":x');
    const { records, report } = await importing(Buffer.from(edited, "latin1"));
    expect(story(records)).toEqual([expect.stringContaining('mark {"type":"channel","at":0,"channel":x')]);
    expect(report.oddities).toEqual([{ kind: "malformed", count: 1, bytes: 0 }]);
  });
});
