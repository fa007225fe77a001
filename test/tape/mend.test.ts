import { readFileSync } from "node:fs";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { formatRecord } from "../../src/tape/line.ts";
import { Mender, type MendReport } from "../../src/tape/mend.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { TapeScanner } from "../../src/tape/scanner.ts";
import { nanos } from "../../src/time/nanos.ts";
import { content, header, tapeBytes } from "./tape-files.ts";
import { channel, raw, traffic } from "./traffic.ts";

const fallback = { ...header, id: "lost", started: "1970-01-01T00:00:00.000000Z" };

function mend(
  bytes: Uint8Array,
  { pieces = 1 << 20, altered = [] as { firstLine: number; lastLine: number }[] } = {},
): { records: TapeRecord[]; report: MendReport } {
  const records: TapeRecord[] = [];
  const mender = new Mender({ fallback, altered }, (record) => records.push(record));
  for (let start = 0; start < bytes.length; start += pieces) mender.append(bytes.subarray(start, start + pieces));
  return { records, report: mender.end() };
}

/** As a strict reader sees them. */
function assertTape(records: readonly TapeRecord[]): void {
  const scanner = new TapeScanner({ file: "mended", verify: true });
  const read = scanner.append(tapeBytes(records.slice(1), { head: header })).flatMap((batch) => [...batch.records]);
  expect(content(read).map(formatRecord)).toEqual(content(records).map(formatRecord));
  expect(scanner.facts().damagedCount).toBe(0);
}

const lines = (...records: TapeRecord[]): string => records.map((record) => `${formatRecord(record)}\n`).join("");
const gap = (at: number, bytes: number): TapeRecord => ({ type: "gap", at: nanos(at), cause: "damage", bytes });
const mark = (at: number, label = "here"): TapeRecord => ({ type: "mark", at: nanos(at), label });
const a = raw(10, 0, "rx", "first");
const b = raw(20, 0, "rx", "second");
const c = raw(30, 0, "tx", "third");

function mended(text: string | Uint8Array): TapeRecord[] {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const { records } = mend(bytes);
  for (const pieces of [1, 7, 64]) expect(mend(bytes, { pieces }).records).toEqual(records);
  assertTape(records);
  return records;
}

const head = lines(header, channel(0));
const line = (record: TapeRecord): string => formatRecord(record);

describe("a damaged tape gives all that is whole", () => {
  test("one that is not damaged gives all of it", () => {
    const { records, report } = mend(tapeBytes([channel(0), a, b, c]));
    expect(records).toEqual([header, channel(0), a, b, c]);
    expect(report).toMatchObject({
      schema: 2,
      kept: 5,
      holes: { count: 0, bytes: 0 },
      closedCleanly: true,
      altered: 0,
    });
  });

  test("a last line that was torn is a gap", () => {
    expect(mended(`${head}${lines(a)}${line(b).slice(0, 30)}`)).toEqual([header, channel(0), a, gap(10, 30)]);
  });

  test("NULs in the middle of a line, as a power cut leaves them, part what was before from what was after", () => {
    const torn = line(b).slice(0, 25);
    expect(mended(`${head}${lines(a)}${torn}${"\0".repeat(4000)}${lines(c)}`)).toEqual([
      header,
      channel(0),
      a,
      gap(10, 4025),
      c,
    ]);
    const { report } = mend(Buffer.from(`${head}${lines(a)}${torn}${"\0".repeat(4000)}${lines(c)}`));
    expect(report.nulBytes).toBe(4000);
    expect(report.holes.first).toEqual([
      { line: 4, byte: Buffer.byteLength(head + lines(a)), bytes: 25, why: "a torn line" },
      {
        line: 4,
        byte: Buffer.byteLength(head + lines(a)) + 25,
        bytes: 4000,
        why: "NULs where data never reached the disk",
      },
    ]);
  });

  test("a torn line with whole ones glued to it gives the whole ones", () => {
    for (const cut of [5, 17, 20, 30, 40])
      expect(mended(`${head}${line(a).slice(0, cut)}${line(b)}${lines(c)}`)).toEqual([
        header,
        channel(0),
        gap(0, cut),
        b,
        c,
      ]);
  });

  test("lines that lost their newlines are told apart", () => {
    expect(mended(`${head}${line(a)}${line(b)}${lines(c)}`)).toEqual([header, channel(0), a, b, c]);
  });

  test("rubbish before, between and after lines is a gap of its size", () => {
    const rubbish = Buffer.from([0xff, 0xfe, 0x22, 0x7b, 0x0a, 0x80, 0x81]);
    const bytes = Buffer.concat([
      Buffer.from("garbage\n"),
      Buffer.from(head + lines(a)),
      rubbish,
      Buffer.from(`${lines(b)}more`),
    ]);
    // Eight minus the newline, then two pieces of the rubbish without theirs.
    expect(mended(bytes)).toEqual([header, gap(0, 7), channel(0), a, gap(10, 6), b, gap(20, 4)]);
  });

  test("a value inside a torn line is not taken for a record", () => {
    const output: TapeRecord = {
      type: "output",
      at: nanos(15),
      machine: "modbus-tcp",
      channel: 0,
      value: { type: "frame", dir: "rx", span: [0, 12] },
    };
    const torn = line(output).slice(20);
    expect(mended(`${head}${lines(a)}${torn}\n${lines(b)}`)).toEqual([header, channel(0), a, gap(10, torn.length), b]);
  });

  test("a lost header is made up, and so are channels", () => {
    const { records, report } = mend(
      Buffer.from(`${lines(b)}${lines(raw(30, 7, "rx", "x"), { ...channel(7), at: nanos(40) })}`),
    );
    expect(
      records.map((record) => (record.type === "channel" ? `channel ${record.channel} ${record.name}` : record.type)),
    ).toEqual(["header", "channel 0 recovered-0", "raw", "channel 7 recovered-7", "raw", "channel 7 wire-7"]);
    expect(records[0]).toEqual(fallback);
    expect(report).toMatchObject({ headerLost: true, channelsDeclared: 2, kept: 3, closedCleanly: false });
    assertTape(records);
  });

  test("two tapes in one file follow each other in time", () => {
    const two = `${head}${lines(a, { type: "end", at: nanos(10), records: 3, reason: "stop" })}${head}${lines(b)}`;
    expect(mended(two)).toEqual([header, channel(0), a, { ...channel(0), at: 10 }, raw(30, 0, "rx", "second")]);
    expect(mend(Buffer.from(two)).report.laterHeaders).toBe(1);
  });

  test("a time that ran ahead, or fell back, is that of its neighbour", () => {
    const ahead = raw(9_000_000, 0, "rx", "ahead");
    expect(mended(`${head}${lines(a, ahead, b, c)}`)).toEqual([header, channel(0), a, raw(10, 0, "rx", "ahead"), b, c]);
    const back = raw(3, 0, "rx", "back");
    expect(mended(`${head}${lines(a, b, back, c)}`)).toEqual([header, channel(0), a, b, raw(20, 0, "rx", "back"), c]);
    expect(mend(Buffer.from(`${head}${lines(a, ahead, b, back, c)}`)).report.timesMended).toBe(2);
  });

  test("times that ran ahead, or fell back, in a row are outvoted by those around them", () => {
    const wrong = Array.from({ length: 3000 }, (_, index) => {
      const ahead = index >= 600 && index < 640;
      const back = index >= 1500 && index < 1540;
      return raw(ahead ? 2 ** 50 + index : back ? index - 1500 : 1000 + index, 0, "rx", `${index}`);
    });
    const { records, report } = mend(Buffer.from(`${head}${lines(...wrong)}`));
    expect(report.timesMended).toBe(80);
    expect(
      records
        .slice(2)
        .flatMap((record, index) =>
          record !== undefined && "at" in record && record.at !== 1000 + index ? [index] : [],
        ),
    ).toEqual([
      ...Array.from({ length: 40 }, (_, index) => 600 + index),
      ...Array.from({ length: 40 }, (_, index) => 1500 + index),
    ]);
    assertTape(records);
  });

  test("a tape whose time began anew without a header goes on where it was", () => {
    const many = (from: number) => Array.from({ length: 1500 }, (_, index) => raw(from + index, 0, "rx", `${index}`));
    const { records } = mend(Buffer.from(`${head}${lines(...many(1_000_000), ...many(0))}`));
    const last = records.at(-1);
    expect(last?.type === "raw" && last.at).toBeGreaterThan(1_002_900);
    assertTape(records);
  });

  test("a block that was altered without a trace gets a mark", () => {
    const tape = Buffer.from(`${head}${lines(a, b, c)}`);
    const { records, report } = mend(tape, { altered: [{ firstLine: 2, lastLine: 4 }] });
    expect(records).toEqual([
      header,
      channel(0),
      a,
      b,
      mark(20, "recovered: lines 2 to 4 did not match their hash"),
      c,
    ]);
    expect(report.altered).toBe(1);
    const holed = Buffer.from(`${head}${lines(a)}x\n${lines(b)}`);
    expect(mend(holed, { altered: [{ firstLine: 2, lastLine: 5 }] }).report.altered).toBe(0);
  });

  test("records of unknown type are kept, with and without a time of their own", () => {
    const photo = '{"type":"photo","at":15,"b":1e400}';
    const note = '{"type":"note"}';
    const records = mended(`${head}${lines(a)}${photo}\n${note}\n${lines(b)}`);
    expect(records.slice(2)).toEqual([
      a,
      { type: "unknown", at: 15, json: photo },
      { type: "unknown", at: 15, json: note },
      b,
    ]);
  });

  test("a tape of schema 1 is mended too", () => {
    const old = readFileSync(new URL("samples/schema-1.jsonl", import.meta.url), "utf8");
    const [first, second, third, ...rest] = old.split("\n");
    const broken = `${first}\n${second!.slice(0, 40)}${third}\n${rest.join("\n")}`;
    const { records, report } = mend(Buffer.from(broken));
    expect(report).toMatchObject({ schema: 1, headerLost: false, holes: { count: 1, bytes: 40 } });
    expect(records.filter(({ type }) => type === "raw").length).toBe(6);
    assertTape(records);
  });

  test("what was never a tape gives nothing", () => {
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.alloc(5000),
      Buffer.from("hello\nworld\n"),
      Buffer.from('{"a":1}\n'),
    ]) {
      const { records, report } = mend(bytes);
      expect(records).toEqual([]);
      expect(report.kept).toBe(0);
    }
  });

  test("a tape that requires what this version does not know is refused by that name", () => {
    const future = Buffer.from(lines({ ...header, requires: ["holograms"] }, a));
    expect(() => mend(future)).toThrow('"holograms"');
  });

  test("rubbish made to look like a thousand beginnings costs a bounded effort", () => {
    const { report } = mend(Buffer.from(`${head}${'{"type":"x{'.repeat(150_000)}\n${lines(a)}`));
    expect(report.holes.bytes).toBe(150_000 * 11);
    expect(report.kept).toBe(3);
  });
});

describe("whatever happened to it", () => {
  const damage = fc.array(
    fc.record({
      kind: fc.constantFrom("cut", "nul", "noise", "repeat", "flip"),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.integer({ min: 1, max: 300 }),
    }),
    { maxLength: 5 },
  );

  function damaged(bytes: Buffer, damages: readonly { kind: string; at: number; length: number }[]): Buffer {
    let current = bytes;
    for (const { kind, at, length } of damages) {
      const start = Math.floor(at * current.length);
      const before = current.subarray(0, start);
      const after = current.subarray(start);
      if (kind === "cut") current = Buffer.concat([before, after.subarray(length)]);
      else if (kind === "nul") current = Buffer.concat([before, Buffer.alloc(length), after.subarray(length)]);
      else if (kind === "noise")
        current = Buffer.concat([before, Buffer.alloc(length, `{"type":"raw"\n\u0001`), after]);
      else if (kind === "repeat") current = Buffer.concat([before, after.subarray(0, length), after]);
      else {
        current = Buffer.from(current);
        if (start < current.length) current[start]! ^= 1 << (length % 8);
      }
    }
    return current;
  }

  property.prop([traffic(40), damage, fc.integer({ min: 1, max: 500 })])(
    "the mended records are a tape, however the damaged bytes were cut",
    (records, damages, pieces) => {
      const bytes = damaged(tapeBytes(records), damages);
      const once = mend(bytes);
      if (once.records.length > 0) assertTape(once.records);
      expect(mend(bytes, { pieces })).toEqual(once);
    },
  );

  property.prop([traffic(40), fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 200 })])(
    "a stretch that is lost costs no line outside it",
    (records, at, length) => {
      const bytes = tapeBytes(records, { end: false });
      const start = Math.floor(at * bytes.length);
      const end = Math.min(bytes.length, start + length);
      const { records: saved } = mend(
        Buffer.concat([bytes, Buffer.from(`${line(mark(2 ** 52))}\n`)]).fill(0, start, end),
      );
      const outside: string[] = [];
      let byte = 0;
      for (const text of bytes.toString().split(/(?<=\n)/)) {
        const lineEnd = byte + Buffer.byteLength(text);
        // A line whose newline alone was lost is whole.
        if (lineEnd - 1 <= start || byte >= end) outside.push(text.trimEnd());
        byte = lineEnd;
      }
      const found = saved.map(formatRecord);
      for (const text of outside) expect(found).toContain(text);
    },
  );
});
