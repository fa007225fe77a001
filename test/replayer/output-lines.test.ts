import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../../src/bytes/json.ts";
import { OutputLines } from "../../src/replayer/output-lines.ts";
import { formatRecord } from "../../src/tape/line.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";
import { raw } from "./toy-tape.ts";

const values: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.constantFrom("", '"', "\\", "\n", "\u007f", "é", "\ud800", "toString", "a".repeat(300)),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, -0, 1e21, 99_999_999, 100_000_000, 2 ** 53 - 1, 2 ** 53, 1e-7),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value")),
    fc.dictionary(fc.string(), tie("value")),
  ),
})).value;

const records: fc.Arbitrary<TapeRecord> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant("output" as const),
      at: fc.nat({ max: Number.MAX_SAFE_INTEGER }).map(nanos),
      machine: fc.constantFrom("nmea", "modbus-tcp", 'odd "name"', "größe"),
      channel: fc.constantFrom(0, 1, 999_999),
      value: values,
    }),
  },
  fc.record({ type: fc.constant("output" as const), at: fc.constant(nanos(7)), machine: fc.string(), value: values }),
  fc.uint8Array().map((bytes) => raw(3, 0, "tx", bytes)),
);

const written = (lines: OutputLines): string => new TextDecoder().decode(lines.take());

test("what a subject says is written as canonical lines, the fast way and the common way alike", () =>
  fc.assert(
    fc.property(fc.array(records, { maxLength: 20 }), (said) => {
      const lines = new OutputLines();
      for (const record of said) lines.append(record);
      expect(written(lines)).toBe(said.map((record) => `${formatRecord(record)}\n`).join(""));
    }),
    { numRuns: 300 },
  ));

test("a member that is undefined is not written", () => {
  const lines = new OutputLines();
  lines.append({ type: "output", at: nanos(1), machine: "m", value: { a: undefined, b: 1, c: undefined } });
  expect(written(lines)).toBe('{"type":"output","at":1,"machine":"m","value":{"b":1}}\n');
});

test("many small containers and long texts find room", () => {
  const value = { lists: Array.from({ length: 60_000 }, () => [[]]), text: "x".repeat(300_000) };
  const record: TapeRecord = { type: "output", at: nanos(1), machine: "m", value };
  const lines = new OutputLines();
  lines.append(record);
  lines.append(record);
  expect(written(lines)).toBe(`${formatRecord(record)}\n`.repeat(2));
});

test("what no line can hold is refused, and nothing of it is written", () => {
  let deep: Json = 1;
  for (let level = 0; level < 65; level += 1) deep = [deep];
  for (const value of [deep, Number.NaN, { a: Number.POSITIVE_INFINITY }, "x".repeat(1 << 20)]) {
    const lines = new OutputLines();
    lines.append({ type: "output", at: nanos(1), machine: "m", value: 1 });
    expect(() => lines.append({ type: "output", at: nanos(2), machine: "m", value })).toThrow();
    lines.append({ type: "output", at: nanos(3), machine: "m", value: 3 });
    expect(
      written(lines)
        .split("\n")
        .map((line) => line.slice(22, 27)),
    ).toEqual(['1,"ma', '3,"ma', ""]);
  }
});
