import { readFileSync } from "node:fs";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { cutTape } from "../../src/tape/cut.ts";
import { mergeTapes } from "../../src/tape/merge.ts";
import type { HeaderRecord, TapeRecord } from "../../src/tape/record.ts";
import { laterSegments } from "../../src/tape/segments.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import { nanos } from "../../src/time/nanos.ts";
import { content, header, inFolder, recordsOf, tapeBytes } from "./tape-files.ts";
import { assertWhole, force, headerIn, lines, mark, wall } from "./tape-parts.ts";
import { channel, raw, traffic } from "./traffic.ts";

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

  test("are refused where they overlap: what they share would be there twice", () =>
    inFolder(async (file) => {
      const tape = [channel(0), ...Array.from({ length: 20 }, (_, at) => raw(at + 1, 0, "rx", `${at}`))];
      const source = file("in.tape.jsonl", tapeBytes(tape));
      const [a, b] = [file("a.tape.jsonl"), file("b.tape.jsonl")];
      const cut = (out: string, from: number, until: number) =>
        cutTape(source, out, { from: { type: "line", line: from }, until: { type: "line", line: until }, force: true });
      await cut(a, 2, 10);
      await cut(b, 8, 15);
      const out = file("out.tape.jsonl");
      await expect(mergeTapes([a, b], out, { force })).rejects.toMatchObject({
        code: "USAGE",
        message: `${a} and ${b} both hold lines 8 to 9 of one tape`,
      });
      await expect(mergeTapes([source, b], out, { force })).rejects.toMatchObject({ code: "USAGE" });
      await cut(b, 10, 15);
      await mergeTapes([b, a], out, { force });
      expect(content(await recordsOf(out))).toEqual(tape.slice(0, 13));
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
