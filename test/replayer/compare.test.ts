import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Comparison, type ComparisonOptions } from "../../src/replayer/compare.ts";
import { type Divergence, firstDifference, jsonDifference, pathText } from "../../src/replayer/divergence.ts";
import type { OutputRecord, TapeRecord } from "../../src/tape/record.ts";
import { nanos } from "../../src/time/nanos.ts";
import { steps } from "./replaying.ts";
import { toyLines } from "./toy-subject.ts";
import { batchesOf, channel, mark, raw, tapes } from "./toy-tape.ts";

const frame = (at: number, values: number[]): OutputRecord => ({
  type: "output",
  at: nanos(at),
  machine: "modbus-tcp",
  channel: 0,
  value: { type: "frame", dir: "rx", span: [0, 12], values },
});

async function compared(
  expected: readonly TapeRecord[],
  actual: readonly TapeRecord[],
  options: Partial<ComparisonOptions> = {},
): Promise<Divergence | undefined> {
  await using comparison = new Comparison(batchesOf(expected, 2), { role: "observer", at: "exact", ...options });
  for (const record of actual) await comparison.take([record]);
  return comparison.finish();
}

describe("a comparison with a golden", () => {
  test("finds no divergence between a replay and itself", () =>
    fc.assert(
      fc.asyncProperty(tapes, async (tape) => {
        const outputs = (await steps(tape, toyLines)).flatMap((step) => step.outputs);
        expect(await compared([...tape.filter(({ type }) => type !== "output"), ...outputs], outputs)).toBeUndefined();
      }),
      { numRuns: 50 },
    ));

  test("finds one changed field, with its path and the golden's line", async () => {
    const golden = [mark(0, "x"), frame(1, [1, 2]), frame(2, [1, 2, 3]), frame(3, [])];
    const divergence = await compared(golden, [frame(1, [1, 2]), frame(2, [1, 7, 3]), frame(3, [])]);
    expect(divergence).toMatchObject({ type: "different", expected: { line: 3 }, actual: { at: 2 } });
    expect(divergence?.type === "different" && pathText(divergence.path)).toBe("value.values[1]");
  });

  test("finds what is missing and what is too much", async () => {
    expect(await compared([frame(1, []), frame(2, [])], [frame(1, [])])).toMatchObject({
      type: "missing",
      expected: { line: 2 },
    });
    expect(await compared([frame(1, [])], [frame(1, []), frame(2, [])])).toMatchObject({
      type: "unexpected",
      actual: { at: 2 },
    });
  });

  test("looks at the time exactly, within a tolerance, or not at all", async () => {
    expect(await compared([frame(10, [])], [frame(13, [])])).toMatchObject({ path: ["at"] });
    expect(await compared([frame(10, [])], [frame(13, [])], { at: nanos(3) })).toBeUndefined();
    expect(await compared([frame(10, [])], [frame(14, [])], { at: nanos(3) })).toMatchObject({ path: ["at"] });
    expect(await compared([frame(10, [])], [frame(99, [])], { at: "ignored" })).toBeUndefined();
  });

  test("leaves out what a subject does not say, and what lies outside the part that is played", async () => {
    const golden = [raw(0, 0, "rx", "heard"), frame(1, []), raw(1, 0, "tx", "sent"), frame(2, []), frame(3, [])];
    const options = { from: nanos(2), until: nanos(2) };
    expect(await compared(golden, [frame(2, [])], options)).toBeUndefined();
    expect(await compared(golden, [frame(1, []), frame(2, []), frame(3, [])])).toBeUndefined();
    expect(await compared(golden, [frame(1, []), frame(2, []), frame(3, [])], { role: "participant" })).toMatchObject({
      path: ["type"],
      expected: { line: 3 },
    });
    expect(
      await compared([channel(0), raw(5, 0, "tx", "abc")], [raw(5, 0, "tx", "abd")], { role: "participant" }),
    ).toMatchObject({ path: ["bytes", 2] });
  });
});

describe("the first difference of two values", () => {
  const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));

  test("is there exactly when they are not the same", () =>
    fc.assert(
      fc.property(json, json, (left, right) => {
        expect(jsonDifference(left, structuredClone(left))).toBeUndefined();
        const same = JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
        expect(jsonDifference(left, right) === undefined).toBe(same);
      }),
    ));

  test("is found whatever the order of the members", () => {
    expect(jsonDifference({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 })).toBeUndefined();
    expect(jsonDifference({ a: 1 }, { a: 1, b: undefined })).toBeUndefined();
    expect(jsonDifference({ a: 1 }, { a: 1, toString: 2 })).toEqual(["toString"]);
    expect(jsonDifference({ a: [1, 2] }, { a: [1] })).toEqual(["a", 1]);
    expect(jsonDifference({ a: null }, { a: {} })).toEqual(["a"]);
  });

  test("of records of different kinds is their type, machine or channel", () => {
    expect(firstDifference(frame(0, []), { ...frame(0, []), machine: "nmea" }, "exact")).toEqual(["machine"]);
    expect(firstDifference(frame(0, []), { ...frame(0, []), channel: 1 }, "exact")).toEqual(["channel"]);
  });

  test("is written as the predicate language writes paths", () => {
    expect(pathText(["value", "values", 3, "odd key", "x"])).toBe('value.values[3]["odd key"].x');
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
