import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import type { Said } from "../../../src/replayer/divergence.ts";
import { findDifferences } from "../../../src/scenarios/differences/find-differences.ts";
import { signatureOf } from "../../../src/scenarios/differences/signature.ts";
import { frame, later, placed, said } from "./recordings.ts";

const compare = (expected: readonly Said[], actual: readonly Said[]) =>
  findDifferences(placed(expected), placed(actual));
const signatures = (expected: readonly Said[], actual: readonly Said[]) =>
  compare(expected, actual).differences.map(signatureOf);

const readings = (count: number): Said[] => Array.from({ length: count }, (_, n) => frame(n, { reading: n % 7 }));

test("recordings that are alike have no differences", () => {
  expect(compare(readings(50), readings(50))).toEqual({ differences: [], folded: 0, gaveUp: false });
});

test("a value that changed is named with where it stands and what it was", () => {
  const actual = readings(9);
  actual[4] = frame(4, { reading: "four" });
  const { differences } = compare(readings(9), actual);
  expect(differences).toMatchObject([
    { kind: "changed", stream: "meter", type: "frame", path: ["value", "reading"], before: 4, after: "four" },
  ]);
  expect(differences[0]).toMatchObject({ expected: { line: 5 }, actual: { line: 5 } });
});

test("a record that went missing is one difference, however many follow it", () => {
  const actual = readings(200).toSpliced(100, 1);
  expect(compare(readings(200), actual)).toMatchObject({
    differences: [{ kind: "missing", expected: { line: 101 }, next: 101 }],
  });
  expect(compare(actual, readings(200))).toMatchObject({
    differences: [{ kind: "unexpected", actual: { line: 101 }, next: 101 }],
  });
});

test("a renamed member is one difference a record, and one signature", () => {
  const renamed = readings(40).map((_, n) => frame(n, { value: n % 7 }));
  const found = signatures(readings(40), renamed);
  expect(found).toHaveLength(40);
  expect(new Set(found)).toEqual(new Set(["meter frame value.reading renamed: value"]));
});

test("everything that comes later by the same amount is told once", () => {
  const actual = readings(30).map((record, n) => (n < 10 ? record : later(record, 250)));
  const { differences, folded } = compare(readings(30), actual);
  expect(differences).toMatchObject([{ kind: "moved", path: ["at"], by: 250, actual: { line: 11 } }]);
  expect(folded).toBe(19);
});

test("spans behind a frame that grew by a byte are its consequence", () => {
  const actual = readings(30).map((_, n) =>
    said(1_000 * (n + 1), {
      type: "frame",
      dir: "rx",
      span: [8 * n + (n > 9 ? 1 : 0), n === 9 ? 9 : 8],
      reading: n % 7,
    }),
  );
  const { differences, folded } = compare(readings(30), actual);
  expect(differences).toMatchObject([{ kind: "changed", path: ["value", "span", 1], before: 8, after: 9 }]);
  expect(folded).toBe(20);
});

test("a shift that comes long after another difference is told for itself", () => {
  const actual = readings(60).map((record, n) => (n < 40 ? record : later(record, 250)));
  actual[5] = frame(5, { reading: "five" });
  expect(compare(readings(60), actual).differences).toMatchObject([{ kind: "changed" }, { kind: "moved", by: 250 }]);
});

test("all stamps of a periodic recording moved by one period: one difference, not one for each record", () => {
  const states = (count: number, from: number) =>
    Array.from({ length: count }, (_, n) =>
      said(1_000 * (n + from), { type: "state", state: `s${n % 5}`, exchange: n }),
    );
  const { differences } = compare(states(50, 0), states(50, 1));
  expect(differences).toMatchObject([{ kind: "moved", by: 1_000 }]);
});

test("a type that was renamed is one signature, whatever the records say", () => {
  const say = (type: string, checked: boolean) =>
    ["$GPGGA,1", "$GPRMC,A", "$GPRMC,V"].map((sentence, n) => said(1_000 * n, { type, dir: "rx", sentence, checked }));
  const renamed = 'meter frame value.type changed: "frame" → "telegram"';
  expect(new Set(signatures(say("frame", true), say("telegram", true)))).toEqual(new Set([renamed]));
  const both = new Set([renamed, "meter frame value.checked changed: true → false"]);
  expect(new Set(signatures(say("frame", true), say("telegram", false)))).toEqual(both);
});

test("a list that lost an item is one signature, whatever its items say", () => {
  const lists = [
    ["A", "N", "E"],
    ["V", "", "M"],
  ];
  const say = (from: number) =>
    lists.map((fields, n) => said(1_000 * n, { type: "frame", fields: fields.slice(from) }));
  expect(new Set(signatures(say(0), say(1)))).toEqual(new Set(['meter frame value.fields changed: ["…"] → ["…"]']));
});

test("a frame that became a fault at the same place is one difference", () => {
  const actual = readings(9);
  actual[4] = said(5_000, { type: "fault", fault: "bad-checksum", dir: "rx", span: [32, 8], raw: "00" });
  expect(signatures(readings(9), actual)).toEqual([
    'meter frame value changed: {type:"frame",dir:"rx",span:[#],reading:#} → {type:"fault",fault:"bad-checksum",dir:"rx",span:[#],raw:"#"}',
  ]);
});

test("recordings without anything in common are paired in their order, and that is said", () => {
  const expected = Array.from({ length: 3_000 }, (_, n) => said(n, { type: "frame", text: `a ${n}` }));
  const actual = Array.from({ length: 3_000 }, (_, n) => said(100_000 + 7 * n, { type: "frame", text: `b ${n}` }));
  const { differences, gaveUp } = compare(expected, actual);
  expect(gaveUp).toBe(true);
  expect(new Set(differences.map(signatureOf)).size).toBeLessThan(5);
});

const anySaid = fc
  .record({ at: fc.nat(20), state: fc.constantFrom("a", "b", "c"), n: fc.nat(2), machine: fc.constantFrom("x", "y") })
  .map(({ at, state, n, machine }) => said(at, { type: "state", state, n }, machine));
const anyRecording = fc.array(anySaid, { maxLength: 30 }).map((records) => records.toSorted((a, b) => a.at - b.at));

property.prop([anyRecording, anyRecording])(
  "nothing is overlooked and nothing invented: no differences exactly when the two are the same",
  (expected, actual) => {
    const same = JSON.stringify(expected) === JSON.stringify(actual);
    expect(compare(expected, actual).differences.length === 0).toBe(same);
    expect(compare(expected, expected).differences).toEqual([]);
  },
);

property.prop([anyRecording, anyRecording])(
  "every record is paired at most once, in order, or named as missing or unexpected",
  (expected, actual) => {
    const { differences } = compare(expected, actual);
    const missing = differences.filter(({ kind }) => kind === "missing").length;
    const unexpected = differences.filter(({ kind }) => kind === "unexpected").length;
    expect(expected.length - missing).toBe(actual.length - unexpected);
    const lines = differences.flatMap((difference) => ("expected" in difference ? [difference.expected.line] : []));
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
  },
);

test("two readings that swapped their places are two changes, not a record that went elsewhere", () => {
  const expected = [
    frame(0, { reading: 1 }),
    frame(1, { reading: 5 }),
    frame(2, { reading: 6 }),
    frame(3, { reading: 2 }),
  ];
  const actual = [
    frame(0, { reading: 1 }),
    frame(1, { reading: 6 }),
    frame(2, { reading: 5 }),
    frame(3, { reading: 2 }),
  ];
  expect(compare(expected, actual).differences.map(({ kind }) => kind)).toEqual(["changed", "changed"]);
});
