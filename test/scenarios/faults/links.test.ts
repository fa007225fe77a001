import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import type { TapeRecord } from "../../../src/tape/record.ts";
import { transformRecords } from "../../../src/tape/transform.ts";
import { nanos } from "../../../src/time/nanos.ts";
import { channel, end, mark, raw } from "../../replayer/toy-tape.ts";
import { traffic } from "../../tape/traffic.ts";
import { disturbance, disturbed, told } from "./disturbing.ts";

const link = (at: number, event: "open" | "close"): TapeRecord => ({ type: "link", at: nanos(at), channel: 0, event });
const TAPE = [
  channel(0),
  link(0, "open"),
  raw(10, 0, "rx", "a"),
  raw(20, 0, "rx", "b"),
  raw(40, 0, "tx", "c"),
  end(50),
];

test("what is sent while the link is gone is lost with it", () => {
  expect(told(disturbed(TAPE, { fault: "lose-link", at: "15ns", for: "10ns" }))).toEqual([
    "0 open",
    "10 rx a",
    "15 lost",
    "25 open",
    "40 tx c",
  ]);
});

test("a link may be lost and back between two reads", () => {
  expect(told(disturbed(TAPE, { fault: "lose-link", at: "25ns", for: "10ns" }))).toEqual([
    "0 open",
    "10 rx a",
    "20 rx b",
    "25 lost",
    "35 open",
    "40 tx c",
  ]);
});

test("a link stays gone until the tape opens it again", () => {
  const tape = [...TAPE.slice(0, 4), link(30, "close"), link(35, "open"), ...TAPE.slice(4)];
  expect(told(disturbed(tape, { fault: "lose-link", where: 'text = "b"', event: "reset" }))).toEqual([
    "0 open",
    "10 rx a",
    "20 reset",
    "35 open",
    "40 tx c",
  ]);
});

test("a link that the tape closed meanwhile does not come back by itself", () => {
  const tape = [...TAPE.slice(0, 4), link(22, "close"), ...TAPE.slice(4)];
  const events = told(disturbed(tape, { fault: "lose-link", at: "15ns", for: "10ns" }));
  expect(events).toEqual(["0 open", "10 rx a", "15 lost", "40 tx c"]);
});

test("a datagram that is late lets those behind it pass, and waits for nobody", () => {
  const tape = [channel(0, "datagram"), raw(10, 0, "rx", "a"), raw(20, 0, "rx", "b"), end(50)];
  expect(told(disturbed(tape, { fault: "delay", record: 2, by: "15ns" }))).toEqual(["20 rx b", "25 rx a"]);
});

test("a link closes behind the bytes that are late on it", () => {
  const tape = [...TAPE.slice(0, 4), link(22, "close"), end(50)];
  expect(told(disturbed(tape, { fault: "delay", record: 4, by: "15ns" }))).toEqual([
    "0 open",
    "10 rx a",
    "35 rx b",
    "35 close",
  ]);
});

test("when the clock is set, the date jumps and tape time does not", () => {
  const wall = (at: number, date: string): TapeRecord => ({ type: "wall", at: nanos(at), wall: date, step: 0 });
  const tape = [
    channel(0),
    wall(0, "2026-11-20T12:00:00Z"),
    raw(2_000_000_000, 0, "rx", "a"),
    wall(3_000_000_000, "2026-11-20T12:00:03Z"),
  ];
  expect(told(disturbed(tape, { fault: "clock-step", at: "1s", by: "-1h" }))).toEqual([
    "0 wall 2026-11-20T12:00:00Z 0",
    "1000000000 wall 2026-11-20T11:00:01.000000000Z -3600000000000",
    "2000000000 rx a",
    "3000000000 wall 2026-11-20T11:00:03.000000000Z 0",
  ]);
});

const where = fc.constantFrom(
  { where: "dir = rx" },
  { where: "type exists" },
  { at: "500us" },
  { mark: "m" },
  { record: 9 },
  { record: 3, where: "length > 3" },
);
const anyFault = fc
  .tuple(
    fc.constantFrom<object>(
      { fault: "drop", chance: 0.5, gap: "queue" },
      { fault: "duplicate", times: 2 },
      { fault: "delay", by: "3ms" },
      { fault: "delay", by: "1ms", type: "link" },
      { fault: "reorder", behind: 2 },
      { fault: "corrupt", damage: "burst" },
      { fault: "truncate" },
      { fault: "split", by: "1ms" },
      { fault: "join", reads: 3 },
      { fault: "lose-link", for: "1ms" },
      { fault: "clock-step", by: "1h" },
    ),
    where,
  )
  .map(([fault, place]) => {
    const { fault: name } = fault as { fault: string };
    return { ...fault, ...place, ...(name === "lose-link" || name === "clock-step" ? {} : { count: 5 }) };
  });

property.prop([traffic(), fc.array(anyFault, { maxLength: 4 }), fc.nat({ max: 9 })])(
  "whatever the faults, time never goes back, and the same seed gives the same tape",
  (records, faults, seed) => {
    const tape = [...records, mark(1_000_000_000, "m"), end(1_000_000_000)];
    const once = transformRecords(tape, disturbance(faults, seed).transform);
    expect(transformRecords(tape, disturbance(faults, seed).transform)).toEqual(once);
    let at = 0;
    for (const record of once) {
      if (record.type === "header") continue;
      expect(record.at).toBeGreaterThanOrEqual(at);
      at = record.at;
    }
  },
);
