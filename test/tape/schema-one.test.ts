import { readFileSync } from "node:fs";
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { FieldtapeError } from "../../src/errors.ts";
import { formatDecimalSeconds, parseDecimalSeconds } from "../../src/tape/decimal-seconds.ts";
import { formatRecord } from "../../src/tape/line.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { isSchemaOne, SchemaOneReader } from "../../src/tape/schema-one.ts";
import { SchemaOneWriter } from "../../src/tape/schema-one-export.ts";
import { stampText } from "../../src/tape/schema-one-stamp.ts";

const sample = (name: string): string => readFileSync(new URL(`samples/${name}`, import.meta.url), "utf8");
const linesOf = (text: string): string[] => text.split("\n").slice(0, -1);

function read(lines: readonly string[]): readonly TapeRecord[] {
  const reader = new SchemaOneReader(lines[0]!);
  return [reader.header, ...lines.flatMap((line) => reader.read(line))];
}

const line = (ts: string, more = '"type": "raw", "source": "s", "b64": "AA=="'): string => `{"ts": ${ts}, ${more}}`;
const times = (records: readonly TapeRecord[]): number[] =>
  records.flatMap((record) => (record.type === "raw" ? [record.at] : []));

describe("tapes of the first form", () => {
  test("a recording of the Python logger reads as it did on the first day", () => {
    const records = read(linesOf(sample("schema-1.jsonl")));
    expect(`${records.map(formatRecord).join("\n")}\n`).toBe(sample("schema-1.converted.jsonl"));
  });

  test("what was read is written back as the logger wrote it, stamp for stamp", () => {
    const lines = linesOf(sample("schema-1.jsonl"));
    const [header, ...records] = read(lines);
    const writer = new SchemaOneWriter(header as Extract<TapeRecord, { type: "header" }>);
    const written = records.flatMap((record) => writer.write(record) ?? []);
    // Two things the logger said are no content: a float without its fraction, and a member of the last line that has no meaning.
    expect(written).toEqual(
      lines.map((text) => text.replace("1730000001,", "1730000001.0,").replace(', "note": "\\"ts\\": 5"', "")),
    );
    expect(writer.leftOut).toBe(0);
  });

  test("what that form cannot say is counted, not written", () => {
    const [header] = read([line("1.5")]);
    const writer = new SchemaOneWriter(header as Extract<TapeRecord, { type: "header" }>);
    expect(writer.write({ type: "mark", at: 0 as never, label: "here" })).toBeUndefined();
    expect(
      writer.write({ type: "raw", at: 0 as never, channel: 0, dir: "tx", bytes: new Uint8Array(1) }),
    ).toBeUndefined();
    expect(writer.leftOut).toBe(2);
  });

  test("the trap of doubles: 0.1 µs at today's dates stays 0.1 µs", () => {
    // As doubles the difference is 119 ns, and 0 or 256 ns when scaled to nanoseconds first.
    expect(times(read([line("1730000000.1230000"), line("1730000000.1230001")]))).toEqual([0, 100]);
    expect(times(read([line("1730000000.123456789"), line("1730000000.123456790")]))).toEqual([0, 1]);
    expect(Math.round((1730000000.1230001 - 1730000000.123) * 1e9)).not.toBe(100);
  });

  test.each([
    ["1.73e9", ["1730000000.5"], 500_000_000],
    ["173E+7", ["1730000000.000000001"], 1],
    ["1730000000000e-3", ["1730000001"], 1_000_000_000],
    ["-0.5", ["0.5"], 1_000_000_000],
    ["0", ["9007199.254740991"], Number.MAX_SAFE_INTEGER],
  ] as const)("a first stamp %s is read to the digit", (first, [second], expected) => {
    expect(times(read([line(first), line(second)]))).toEqual([0, expected]);
  });

  test("a clock that is set back is noted once, and time goes on from there", () => {
    const records = read(["100", "105", "3.5", "4", "4.25"].map((ts) => line(ts)));
    expect(times(records)).toEqual([0, 5e9, 5e9, 5.5e9, 5.75e9]);
    expect(records.filter((record) => record.type === "wall")).toEqual([
      { type: "wall", at: 5e9, wall: "1970-01-01T00:00:03.500000Z", step: -101.5e9 },
    ]);
  });

  test("a clock that is set from 1970 to today is a step, not half a century of silence", () => {
    const records = read(["12.5", "1730000000", "1730000001"].map((ts) => line(ts)));
    expect(times(records)).toEqual([0, 0, 1e9]);
    expect(records.filter((record) => record.type === "wall")).toEqual([
      { type: "wall", at: 0, wall: "2024-10-27T03:33:20.000000Z", step: Number.MAX_SAFE_INTEGER },
    ]);
  });

  test("lines of other types are kept byte for byte", () => {
    const event = '{"ts":7,"type":"event",  "what":"pump on"}';
    expect(read([line("5"), event])[3]).toEqual({ type: "unknown", at: 2e9, json: event });
  });

  test("the id comes from the first line", () => {
    const id = (first: string): string => new SchemaOneReader(first).header.id;
    expect(id(line("5"))).toBe(id(line("5")));
    expect(id(line("5"))).not.toBe(id(line("6")));
    expect(id(line("5"))).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test.each([
    [line("5").slice(0, -1), "not a JSON object"],
    [line('"5"'), '"ts"'],
    [line("null"), '"ts"'],
    [line("1e30"), '"ts"'],
    ['{"type":"raw","source":"s","b64":"AA=="}', '"ts"'],
    [line("5", '"source": "s", "b64": "AA=="'), '"type"'],
    [line("5", '"type": "raw", "source": 7, "b64": "AA=="'), '"source"'],
    [line("5", '"type": "raw", "source": "s", "b64": "A==="'), '"b64"'],
    [line("5", '"type": "raw", "source": "s"'), '"b64"'],
  ])("%s is refused", (bad, why) => {
    const reader = new SchemaOneReader(line("1"));
    expect(() => reader.read(bad)).toThrow(FieldtapeError);
    expect(() => reader.read(bad)).toThrow(why);
  });

  test("a year of silence in small steps is more than a tape can hold", () => {
    const reader = new SchemaOneReader(line("0"));
    reader.read(line("9000000"));
    expect(() => reader.read(line("18000000"))).toThrow("104 days");
  });

  test.each([
    [line("5"), true],
    ['{"ts":5,"type":"event"}', true],
    ['{"type":"event","ts":5}', true],
    ['{"type":"mark","at":0,"label":"x"}', false],
    ['{"type":"header","format":"fieldtape","schema":2}', false],
    ['{"type":"photo","at":5,"ts":5}', false],
    ["[1]", false],
    ["", false],
    ['{"ts":"5"}', false],
  ])("%s begins such a tape: %s", (text, expected) => {
    expect(isSchemaOne(text)).toBe(expected);
  });
});

describe("the digits of a stamp", () => {
  property.prop([fc.jsonValue({ maxDepth: 3 }), fc.integer({ min: 0 }), fc.jsonValue({ maxDepth: 2 }), fc.string()])(
    "are found wherever the member stands, and only there",
    (before, stamp, after, key) => {
      const members = [
        [key === "ts" ? "x" : key, before],
        ["ts", stamp],
        ["deep", { ts: 1, more: [after, { ts: 2 }] }],
        ["text", '"ts": 3, {'],
      ] as const;
      for (const order of [members, members.toReversed()]) {
        const text = `{ ${order.map(([name, value]) => `${JSON.stringify(name)} :${JSON.stringify(value, undefined, 1)}`).join(" , ")} }`;
        expect(stampText(text)).toBe(String(stamp));
      }
    },
  );

  test("the last of two members of one name counts, as for JSON.parse", () => {
    expect(stampText('{"ts":1,"ts":2}')).toBe("2");
    expect(stampText('{"ts":1,"\\u0074s":2.50}')).toBe("2.50");
    expect(stampText('{"ts":1,"ts":null}')).toBeUndefined();
    expect(stampText("{}")).toBeUndefined();
  });

  property.prop([fc.bigInt({ min: -(10n ** 21n), max: 10n ** 21n })])("nanoseconds survive as decimal text", (wall) => {
    expect(parseDecimalSeconds(formatDecimalSeconds(wall))).toBe(wall);
  });

  property.prop([fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.integer({ min: -12, max: 12 })])(
    "an exponent only moves the point",
    (digits, exponent) => {
      const plain = parseDecimalSeconds(`${digits}e${exponent}`);
      const shift = 9 + exponent;
      expect(plain).toBe(shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift));
    },
  );

  property.prop([fc.string({ maxLength: 70 })])("anything else is no number", (text) => {
    const read = parseDecimalSeconds(text);
    if (read !== undefined) expect(Number(text)).not.toBeNaN();
  });

  test("numbers made to cost time are refused", () => {
    expect(parseDecimalSeconds("1e999999999")).toBeUndefined();
    expect(parseDecimalSeconds("9".repeat(1000))).toBeUndefined();
  });
});
