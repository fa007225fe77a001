import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { checkTape } from "../../src/tape/check.ts";
import { cutTape } from "../../src/tape/cut.ts";
import { formatRecord } from "../../src/tape/line.ts";
import { mergeTapes } from "../../src/tape/merge.ts";
import { parsePosition } from "../../src/tape/position.ts";
import type { HeaderRecord, TapeRecord } from "../../src/tape/record.ts";
import { laterSegments } from "../../src/tape/segments.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import { nanos } from "../../src/time/nanos.ts";
import { content, header, inFolder, recordsOf, tapeBytes } from "./tape-files.ts";
import { channel, raw, traffic } from "./traffic.ts";

const force = false;
const mark = (at: number, label: string): TapeRecord => ({ type: "mark", at: nanos(at), label });
const link = (at: number, number: number, event: "open" | "lost" | "half-close"): TapeRecord => ({
  type: "link",
  at: nanos(at),
  channel: number,
  event,
});
const wall = (at: number, date: string, step = 0): TapeRecord => ({ type: "wall", at: nanos(at), wall: date, step });
const lines = (records: readonly TapeRecord[]): string[] => records.map(formatRecord);
const headerIn = (records: readonly TapeRecord[]): HeaderRecord => {
  const first = records[0];
  if (first?.type !== "header") throw new Error("no header");
  return first;
};

async function assertWhole(path: string): Promise<void> {
  expect((await checkTape(path)).findings).toEqual([]);
}

describe("a part of a tape", () => {
  const tape: TapeRecord[] = [
    channel(0, "stream", "plc"),
    channel(1, "stream", "meter"),
    link(0, 0, "open"),
    wall(5, "2026-11-20T12:00:00.000000005Z"),
    raw(10, 0, "rx", "a"),
    link(11, 1, "open"),
    raw(20, 1, "rx", "b"),
    link(21, 1, "lost"),
    mark(25, "here"),
    raw(30, 0, "tx", "c"),
    raw(30, 1, "tx", "d"),
    raw(40, 0, "rx", "e"),
  ];
  const cut = (options: Omit<Parameters<typeof cutTape>[2], "force">, of = tape) =>
    inFolder(async (file) => {
      const out = file("out.tape.jsonl");
      const report = await cutTape(file("in.tape.jsonl", tapeBytes(of)), out, { ...options, force });
      await assertWhole(out);
      return { report, records: await recordsOf(out), bytes: readFileSync(out) };
    });
  const from = (text: string) => ({ from: parsePosition(text) });
  const until = (text: string) => ({ until: parsePosition(text) });

  test("says again what was in force where it begins, and keeps its times", async () => {
    const { records, report } = await cut(from("mark:here"));
    expect(content(records)).toEqual([
      { ...channel(0, "stream", "plc"), at: 25 },
      { ...channel(1, "stream", "meter"), at: 25 },
      link(25, 0, "open"),
      wall(25, "2026-11-20T12:00:00.000000025Z"),
      ...tape.slice(8),
    ]);
    expect(report).toMatchObject({ fromLine: 10, untilLine: undefined, records: 8, carried: 4 });
    expect(headerIn(records).started).toBe(header.started);
    expect(records.at(-1)).toMatchObject({ type: "end", at: 40, reason: "stop" });
  });

  test("ends before the position that it is cut until", async () => {
    const { records } = await cut({ ...from("20ns"), ...until("+10ns") });
    expect(content(records).slice(5)).toEqual(tape.slice(6, 9));
    expect(records.at(-1)).toMatchObject({ type: "end", reason: "cut" });
    const byLine = await cut({ ...from("line:8"), ...until("line:11") });
    expect(content(byLine.records).slice(5)).toEqual(tape.slice(6, 9));
  });

  test("of some channels has nothing of the others", async () => {
    const { records } = await cut({ channels: ["meter"], ...from("20ns") });
    expect(content(records)).toEqual([
      { ...channel(1, "stream", "meter"), at: 20 },
      link(20, 1, "open"),
      wall(20, "2026-11-20T12:00:00.000000020Z"),
      tape[6],
      tape[7],
      tape[8],
      tape[10],
    ]);
  });

  test("from its first record, or from before it, is the tape itself", async () => {
    for (const text of ["0", "line:1", "line:2", "2026-11-20T11:00:00Z"])
      expect(content((await cut(from(text))).records)).toEqual(tape);
  });

  test("is the same bytes every time, and another tape with other options", async () => {
    const one = await cut(from("20ns"));
    const again = await cut(from("line:8"));
    const other = await cut(from("21ns"));
    expect(again.bytes).toEqual(one.bytes);
    expect(headerIn(other.records).id).not.toBe(headerIn(one.records).id);
    expect(headerIn(one.records).id).not.toBe(header.id);
  });

  test("with nothing in it is refused, and so is one of a channel that is not there", async () => {
    await expect(cut(from("41ns"))).rejects.toMatchObject({ code: "INPUT_MISSING" });
    await expect(cut({ ...from("20ns"), ...until("20ns") })).rejects.toMatchObject({ code: "INPUT_MISSING" });
    await expect(cut(until("line:2"))).rejects.toMatchObject({ code: "INPUT_MISSING" });
    await expect(cut({ channels: ["pump"] })).rejects.toMatchObject({ hint: "it has 0 (plc), 1 (meter)" });
  });

  test("leaves nothing behind when it fails, and overwrites nothing unasked", () =>
    inFolder(async (file) => {
      const source = file("in.tape.jsonl", tapeBytes(tape));
      const out = file("out.tape.jsonl");
      await expect(cutTape(source, out, { channels: ["pump"], force })).rejects.toThrow();
      writeFileSync(out, "mine", { flag: "wx" });
      await expect(cutTape(source, out, { force })).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
      await expect(cutTape(source, source, { force: true })).rejects.toMatchObject({ code: "USAGE" });
      expect(readFileSync(out, "utf8")).toBe("mine");
      expect(readFileSync(source)).toEqual(tapeBytes(tape));
      await cutTape(source, out, { force: true });
      expect(content(await recordsOf(out))).toEqual(tape);
    }));

  test("can be cut of a compressed tape, of one of schema 1, and of a fragment", () =>
    inFolder(async (file) => {
      const gz = file("in.tape.jsonl.gz", gzipSync(tapeBytes(tape)));
      await cutTape(gz, file("gz.tape.jsonl"), { ...from("30ns"), force });
      expect(content(await recordsOf(file("gz.tape.jsonl"))).slice(-3)).toEqual(tape.slice(-3));
      const old = file("old.jsonl", readFileSync(new URL("samples/schema-1.jsonl", import.meta.url)));
      await cutTape(old, file("new.tape.jsonl"), { ...from("100ns"), force });
      const records = await recordsOf(file("new.tape.jsonl"));
      expect(lines(content(records)).slice(0, 2)).toEqual(
        lines([
          { ...channel(0, "stream", "tcp:192.168.1.10:502"), at: nanos(100), source: "tcp:192.168.1.10:502" },
          raw(100, 0, "rx", ""),
        ]),
      );
      const fragment = file("golden.jsonl", `${lines(tape).join("\n")}\n`);
      await cutTape(fragment, file("part.tape.jsonl"), { ...from("line:2"), force });
      expect(content(await recordsOf(file("part.tape.jsonl")))).toEqual(tape);
    }));

  test("carries its blobs along, and only if they are what it says", () =>
    inFolder(async (file) => {
      const source = file("in.tape.jsonl");
      const writer = await TapeWriter.create(source, {
        header,
        live: false,
      });
      writer.write(mark(1, "first"));
      const blob = await writer.addBlob(Buffer.from("a picture"), { at: nanos(2), media: "image/png" });
      await writer.close({ reason: "stop" });
      const out = file("out.tape.jsonl");
      await cutTape(source, out, { ...from("2ns"), force });
      expect(content(await recordsOf(out))).toEqual([blob]);
      expect(readFileSync(`${out}.blobs/${blob.sha256}`, "utf8")).toBe("a picture");
      await assertWhole(out);
      writeFileSync(`${source}.blobs/${blob.sha256}`, "another");
      await expect(cutTape(source, file("bad.tape.jsonl"), { force })).rejects.toMatchObject({
        code: "INPUT_MALFORMED",
      });
    }));
});

describe("parts put together again", () => {
  property.prop([traffic(), fc.array(fc.integer({ min: 2, max: 70 }), { maxLength: 4 }), fc.boolean()], {
    numRuns: 40,
  })("are the tape that was cut, wherever it was cut", (records, cuts, backwards) =>
    inFolder(async (file) => {
      const source = file("in.tape.jsonl", tapeBytes(records));
      const last = records.length + 1;
      const places = [...new Set(cuts.filter((line) => line > 2 && line <= last))].toSorted((a, b) => a - b);
      const parts: string[] = [];
      for (const [index, line] of [2, ...places].entries()) {
        const out = file(`part-${index}.tape.jsonl`);
        const next = places[index];
        const until = next === undefined ? {} : { until: { type: "line", line: next } as const };
        await cutTape(source, out, { from: { type: "line", line }, ...until, force });
        parts.push(out);
      }
      const out = file("out.tape.jsonl");
      const report = await mergeTapes(backwards ? parts.toReversed() : parts, out, { force });
      const merged = await recordsOf(out);
      expect(lines(content(merged))).toEqual(lines(records));
      expect(headerIn(merged).started).toBe(header.started);
      expect(merged.at(-1)).toMatchObject({ type: "end", reason: "stop" });
      expect(new Set(report.sources.map(({ recording }) => recording))).toEqual(new Set([0]));
      await assertWhole(out);
    }),
  );

  test("by channel are the tape again where no two records have one time", () =>
    inFolder(async (file) => {
      const tape = [channel(0), channel(1)];
      for (let at = 1; at < 20; at++) tape.push(raw(at, at % 2, "rx", `${at}`) as never);
      const source = file("in.tape.jsonl", tapeBytes(tape));
      const parts = [file("0.tape.jsonl"), file("1.tape.jsonl")];
      await cutTape(source, parts[0]!, { channels: ["0"], force });
      await cutTape(source, parts[1]!, { channels: ["1"], force });
      await mergeTapes(parts, file("out.tape.jsonl"), { force });
      expect(content(await recordsOf(file("out.tape.jsonl")))).toEqual(tape);
    }));

  property.prop([traffic(80), fc.integer({ min: 300, max: 3000 })], { numRuns: 30 })(
    "the segments of a recording are the recording",
    (records, bytes) =>
      inFolder(async (file) => {
        const path = file("long.tape.jsonl");
        const writer = await TapeWriter.create(path, {
          header,
          live: false,
          rotate: { bytes },
        });
        for (const record of records) writer.write(record);
        await writer.close({ reason: "stop" });
        const out = file("out.tape.jsonl");
        await mergeTapes([...(await laterSegments(path)), path], out, { force });
        expect(lines(content(await recordsOf(out)))).toEqual(lines(records));
        await assertWhole(out);
      }),
  );
});

describe("different recordings side by side", () => {
  const other: HeaderRecord = { ...header, id: "other", started: "2026-11-20T12:00:00.000000100Z" };
  const here: TapeRecord[] = [
    channel(0, "stream", "plc"),
    raw(50, 0, "rx", "a"),
    mark(150, "sync"),
    raw(300, 0, "rx", "c"),
  ];
  const there: TapeRecord[] = [
    channel(0, "stream", "plc"),
    raw(50, 0, "rx", "b"),
    mark(60, "sync"),
    raw(70, 0, "rx", "d"),
  ];

  const merge = (of: readonly (readonly [HeaderRecord, readonly TapeRecord[]])[], align?: string) =>
    inFolder(async (file) => {
      const paths = of.map(([head, records], index) => file(`${index}.tape.jsonl`, tapeBytes(records, { head })));
      const out = file("out.tape.jsonl");
      const report = await mergeTapes(paths, out, { force, ...(align === undefined ? {} : { align }) });
      await assertWhole(out);
      return { report, records: await recordsOf(out), bytes: readFileSync(out) };
    });

  test("lie by their dates, each with its own channels", async () => {
    const { records } = await merge([
      [header, here],
      [other, there],
    ]);
    expect(content(records)).toEqual([
      channel(0, "stream", "plc"),
      raw(50, 0, "rx", "a"),
      { ...channel(0, "stream", "plc"), channel: 1, at: 100 },
      mark(150, "sync"),
      raw(150, 1, "rx", "b"),
      mark(160, "sync"),
      raw(170, 1, "rx", "d"),
      raw(300, 0, "rx", "c"),
    ]);
  });

  test("begin with the one that began first, in whichever order they are named", async () => {
    const { records } = await merge([
      [other, there],
      [header, here],
    ]);
    expect(headerIn(records).started).toBe("2026-11-20T12:00:00.000000Z");
    expect(content(records).map((record) => ("at" in record ? record.at : 0))).toEqual([
      0, 50, 100, 150, 150, 160, 170, 300,
    ]);
  });

  test("come in the order in which they are named where they have one time", async () => {
    const late: TapeRecord[] = [channel(0), raw(0, 0, "rx", "late")];
    const early: TapeRecord[] = [channel(0), raw(100, 0, "rx", "early")];
    const { records } = await merge([
      [other, late],
      [header, early],
    ]);
    const said = content(records).flatMap((record) =>
      record.type === "raw" ? [Buffer.from(record.bytes).toString()] : [],
    );
    expect(said).toEqual(["late", "early"]);
  });

  test("of which the last was not closed are not closed as one of the others was", () =>
    inFolder(async (file) => {
      const closed = file("0.tape.jsonl", tapeBytes(here));
      const killed = file("1.tape.jsonl", tapeBytes([channel(0), raw(900, 0, "rx", "x")], { head: other, end: false }));
      await mergeTapes([closed, killed], file("out.tape.jsonl"), { force });
      expect((await recordsOf(file("out.tape.jsonl"))).at(-1)).toMatchObject({
        type: "end",
        at: 1000,
        reason: "merge",
      });
    }));

  test("whose clocks differ lie by a mark that both have", async () => {
    const hours: HeaderRecord = { ...other, started: "2026-11-20T17:00:00.000000Z" };
    const { records, report } = await merge(
      [
        [header, here],
        [hours, there],
      ],
      "sync",
    );
    expect(report.sources.map(({ shift }) => shift)).toEqual([0, 90]);
    expect(content(records).filter(({ type }) => type === "mark")).toEqual([mark(150, "sync"), mark(150, "sync")]);
    expect(headerIn(records).started).toBe(header.started);
    await expect(
      merge(
        [
          [header, here],
          [hours, there],
        ],
        "start",
      ),
    ).rejects.toMatchObject({ code: "INPUT_MISSING" });
  });

  test("whose clock was set while recording lies by what it was set to", async () => {
    const early: HeaderRecord = { ...other, started: "1970-01-01T00:00:00.000000Z" };
    const set = [...there, wall(80, "2026-11-20T12:00:00.000000180Z", 9007199254740991)];
    const { records, report } = await merge([
      [header, here],
      [early, set],
    ]);
    expect(report).toMatchObject({ anchorsLeftOut: 1 });
    expect(report.sources.map(({ shift }) => shift)).toEqual([0, 100]);
    expect(records.some(({ type }) => type === "wall")).toBe(false);
  });

  test("a loss on all channels of one is none on those of the other", async () => {
    const lossy: TapeRecord[] = [channel(0), channel(5), { type: "gap", at: nanos(9), cause: "queue", bytes: 12 }];
    const { records } = await merge([
      [header, lossy],
      [other, [channel(0), { type: "gap", at: nanos(9), cause: "disk", bytes: 7 }]],
    ]);
    expect(content(records).filter(({ type }) => type === "gap")).toEqual([
      { type: "gap", at: 9, channel: 0, cause: "queue" },
      { type: "gap", at: 9, channel: 1, cause: "queue" },
      { type: "gap", at: 109, channel: 2, cause: "disk", bytes: 7 },
    ]);
  });

  test("give the same bytes every time", async () => {
    const of = [[header, here] as const, [other, there] as const];
    expect((await merge(of)).bytes).toEqual((await merge(of)).bytes);
    expect(headerIn((await merge(of)).records).id).not.toBe(headerIn((await merge(of, "sync")).records).id);
  });

  test("are refused where they cannot be laid", async () => {
    await expect(
      merge([
        [header, here],
        [header, here],
      ]),
    ).rejects.toMatchObject({ code: "USAGE" });
    const ages: HeaderRecord = { ...other, started: "1970-01-01T00:00:00.000000Z" };
    await expect(
      merge([
        [header, here],
        [ages, there],
      ]),
    ).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    await inFolder(async (file) => {
      const golden = file("golden.jsonl", `${lines(here).join("\n")}\n`);
      await expect(mergeTapes([golden, golden], file("out"), { force })).rejects.toMatchObject({ code: "USAGE" });
    });
  });
});
