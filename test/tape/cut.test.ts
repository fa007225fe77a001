import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { cutTape } from "../../src/tape/cut.ts";
import { parsePosition } from "../../src/tape/position.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { TapeWriter } from "../../src/tape/writer.ts";
import { nanos } from "../../src/time/nanos.ts";
import { content, header, inFolder, recordsOf, tapeBytes } from "./tape-files.ts";
import { assertWhole, force, headerIn, lines, link, mark, wall } from "./tape-parts.ts";
import { channel, raw } from "./traffic.ts";

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
