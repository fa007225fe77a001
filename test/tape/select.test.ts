import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { maxGap } from "../../src/tape/max-gap.ts";
import type { TapeRecord } from "../../src/tape/record.ts";
import { ChannelChoice, select } from "../../src/tape/select.ts";
import { chain, transformRecords } from "../../src/tape/transform.ts";
import { nanos, ZERO } from "../../src/time/nanos.ts";
import { channel, raw, traffic } from "./traffic.ts";

const mark = (at: number): TapeRecord => ({ type: "mark", at: nanos(at), label: "here" });
const open = (number: number): TapeRecord => ({ type: "link", at: ZERO, channel: number, event: "open" });
const tape: TapeRecord[] = [
  channel(0, "stream", "plc"),
  channel(7, "stream", "meter"),
  open(0),
  open(7),
  raw(10, 0, "rx", "a"),
  raw(20, 7, "tx", "b"),
  { type: "gap", at: nanos(20), cause: "queue" },
  { type: "gap", at: nanos(20), channel: 0, dir: "tx", cause: "queue" },
  { type: "unknown", at: nanos(21), json: '{"type":"photo","at":21,"channel":7}' },
  mark(30),
  raw(40, 0, "tx", "c"),
];

test("a channel is chosen by number or by name, and what belongs to none stays", () => {
  const byName = transformRecords(tape, select({ channels: new ChannelChoice(["meter"]) }));
  expect(byName).toEqual([tape[1], tape[3], tape[5], tape[6], tape[8], tape[9]]);
  expect(transformRecords(tape, select({ channels: new ChannelChoice(["7"]) }))).toEqual(byName);
});

test("one direction keeps its reads and gaps, and the links of both", () => {
  const rx = transformRecords(tape, select({ dir: "rx" }));
  expect(rx).toEqual([...tape.slice(0, 5), tape[6], tape[8], tape[9]]);
});

test("a channel that the tape does not have is named, with those that it has", () => {
  const choice = new ChannelChoice(["plc", "pump"]);
  transformRecords(tape, select({ channels: choice }));
  expect(() => choice.assertFound("a.tape.jsonl")).toThrow('there is no channel "pump"');
  try {
    choice.assertFound("a.tape.jsonl");
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: "INPUT_MISSING", hint: "it has 0 (plc), 7 (meter)" });
  }
});

test("a silence of hours is capped, and everything after it comes earlier by as much", () => {
  const hour = 3_600_000_000_000;
  const out = transformRecords([mark(5), mark(hour), mark(hour + 50), mark(3 * hour)], maxGap(nanos(1000)));
  expect(out).toEqual([mark(5), mark(1005), mark(1055), mark(2055)]);
});

test("a record of unknown type says its new time on its line, which stays as it was but for that", () => {
  const canonical = '{"type":"photo","at":9000,"exact":12345678901234567890,"at2":9000}';
  const other = '{ "at" : 9000, "type" : "photo" }';
  const out = transformRecords(
    [canonical, other, '{"type":"photo"}'].map((json): TapeRecord => ({ type: "unknown", at: nanos(9000), json })),
    maxGap(nanos(1000)),
  );
  expect(out).toEqual([
    { type: "unknown", at: 1000, json: '{"type":"photo","at":1000,"exact":12345678901234567890,"at2":9000}' },
    { type: "unknown", at: 1000, json: '{"at":1000,"type":"photo"}' },
    { type: "unknown", at: 1000, json: '{"type":"photo"}' },
  ]);
});

property.prop([traffic(), fc.nat({ max: 3_000_000 })])(
  "capping silences keeps every record and every shorter pause",
  (records, span) => {
    const times = (list: readonly TapeRecord[]) => list.map((record) => (record.type === "header" ? 0 : record.at));
    const before = times(records);
    const after = times(transformRecords(records, chain([maxGap(nanos(span))])));
    expect(after.length).toBe(before.length);
    for (let index = 1; index < after.length; index++)
      expect(after[index]! - after[index - 1]!).toBe(Math.min(span, before[index]! - before[index - 1]!));
  },
);
