import { expect, test } from "vitest";
import type { Said } from "../../../src/replayer/divergence.ts";
import { canonicalise } from "../../../src/scenarios/goldens/canonical.ts";
import type { GoldenRule } from "../../../src/scenarios/goldens/schema.ts";
import { said } from "../differences/recordings.ts";

const keep = (records: readonly Said[], ...rules: GoldenRule[]) => canonicalise(records, { mode: "exact", rules });
const values = (records: readonly Said[], ...rules: GoldenRule[]) =>
  keep(records, ...rules).records.map((record) => (record.type === "output" ? record.value : undefined));

const talk = [
  said(10, { type: "frame", session: "f3", n: 7, temperature: 21.4 }),
  said(20, { type: "frame", session: "a9", n: 9, temperature: 21.6 }),
  said(30, { type: "frame", session: "f3", n: 12, temperature: 21.49 }),
];

test("an alias keeps what belongs together, whatever it was called", () => {
  expect(values(talk, { alias: "value.session" })).toMatchObject([
    { session: "#1" },
    { session: "#2" },
    { session: "#1" },
  ]);
});

test("a counter is kept as what was added", () => {
  expect(values(talk, { delta: "value.n" })).toMatchObject([{ n: 0 }, { n: 2 }, { n: 3 }]);
});

test("a reading is rounded, and a stamp too without ever going back", () => {
  expect(values(talk, { round: "value.temperature", to: 0.5 })).toMatchObject([
    { temperature: 21.5 },
    { temperature: 21.5 },
    { temperature: 21.5 },
  ]);
  const { records } = keep(talk, { round: "at", to: 50, where: "n = 9" });
  expect(records.map(({ at }) => at)).toEqual([10, 10, 30]);
});

test("what has no order of its own is put in order within a moment", () => {
  const answers = [said(10, { id: 3 }), said(12, { id: 1 }), said(40, { id: 0 })];
  const { records, hits } = keep(answers, { sort: "value.id", within: 5 as never });
  expect(records).toMatchObject([
    { at: 10, value: { id: 1 } },
    { at: 10, value: { id: 3 } },
    { at: 40, value: { id: 0 } },
  ]);
  expect(hits).toEqual([2]);
});

test("records and members are left out, masked and renamed; the other members keep their order", () => {
  expect(values(talk, { drop: "record", where: "n > 8" })).toHaveLength(1);
  expect(JSON.stringify(values(talk, { drop: "value.session" })[0])).toBe('{"type":"frame","n":7,"temperature":21.4}');
  expect(values(talk, { mask: "value.session" })[0]).toMatchObject({ session: "*" });
  expect(values(talk, { map: "value.session", to: { f3: "first" } })).toMatchObject([
    { session: "first" },
    { session: "a9" },
    { session: "first" },
  ]);
});

test("rules apply in their order, and each says how many records it changed", () => {
  const { hits } = keep(
    talk,
    { map: "value.session", to: { a9: "f3" } },
    { alias: "value.session" },
    { mask: "value.x" },
  );
  expect(hits).toEqual([1, 3, 0]);
});

test("every item of a list, one of them, and odd names are found", () => {
  const record = said(1, { list: [{ a: 1 }, { a: 2 }], "odd name": 5 });
  expect(values([record], { mask: "value.list[*].a" })).toEqual([{ list: [{ a: "*" }, { a: "*" }], "odd name": 5 }]);
  expect(values([record], { mask: "value.list[1]" })).toEqual([{ list: [{ a: 1 }, "*"], "odd name": 5 }]);
  expect(values([record], { mask: 'value["odd name"]' })).toEqual([{ list: [{ a: 1 }, { a: 2 }], "odd name": "*" }]);
});

test("only the named machines are kept", () => {
  const mixed = [said(1, { a: 1 }, "framer"), said(2, { a: 2 }, "session")];
  const settings = { mode: "exact" as const, rules: [], streams: [{ machine: "session" }] };
  expect(canonicalise(mixed, settings).records).toMatchObject([{ machine: "session" }]);
});

test("of mode digest a hash for each machine and channel is kept", () => {
  const { records } = canonicalise(talk, { mode: "digest", rules: [] });
  expect(records).toMatchObject([{ machine: "meter", channel: 0, value: { type: "digest", records: 3 } }]);
  const other = canonicalise(talk.toSpliced(1, 1), { mode: "digest", rules: [] }).records;
  expect(other).not.toEqual(records);
});
