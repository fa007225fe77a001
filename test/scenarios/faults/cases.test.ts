import { expect, test } from "vitest";
import type { OpenOptions, Subject } from "../../../src/replayer/subject.ts";
import { toyLines } from "../../replayer/toy-subject.ts";
import { channel, end, mark, raw } from "../../replayer/toy-tape.ts";
import { outcomeOf } from "../cases.ts";

const TAPE = [
  channel(0),
  raw(10_000_000, 0, "rx", "one\n"),
  raw(20_000_000, 0, "rx", "two\n"),
  mark(25_000_000, "stop"),
  raw(30_000_000, 0, "rx", "three\n"),
  end(400_000_000),
];
const expecting = (count: number, faults: string): string =>
  `expect: [{ some: value.type = frame, count: ${count} }]\ngolden: { mode: none }\nfaults: ${faults}\n`;

test.for([
  ["none", 3, "[]"],
  ["one", 2, "[{ fault: drop, record: 2 }]"],
  ["two, one behind the other", 1, '[{ fault: drop, record: 2 }, { fault: drop, where: text ~ "w" }]'],
  ["one behind a state", 2, '[{ fault: drop, state: raw = "74776f0a" }]'],
] as const)("a case is played with its faults: %s", async ([, count, faults]) => {
  expect((await outcomeOf(TAPE, expecting(count, faults))).outcome).toEqual({ type: "passed" });
});

test("a fault that waits for a state holds behind the record that brought it about", async () => {
  const faults = "[{ fault: corrupt, state: value.type = frame, damage: byte, offset: -1 }]";
  expect((await outcomeOf(TAPE, expecting(2, faults))).outcome).toEqual({ type: "passed" });
});

test("a state that never comes is told, and the case does not pass", async () => {
  const { outcome } = await outcomeOf(TAPE, expecting(3, "[{ fault: drop, state: value.type = crash }]"));
  expect(outcome).toMatchObject({ type: "unmet", unmet: [{ key: "faults[0].state" }] });
});

test.for([
  ["because nothing stands there", "{ fault: drop, at: 1s }"],
  ["because chance takes nothing", '{ fault: drop, where: "dir = rx", chance: 0.0001 }'],
])("a fault that disturbs nothing, %s, makes the scenario invalid", async ([, nothing]) => {
  const { outcome } = await outcomeOf(TAPE, expecting(3, `[{ fault: drop, record: 2 }, ${nothing}]`));
  expect(outcome).toMatchObject({
    type: "failed",
    code: "SCENARIO_INVALID",
    words: expect.stringContaining("faults[1]"),
  });
});

test("faults of ports go to the subject as data, with the time of their place", async () => {
  const opened: OpenOptions[] = [];
  const subject: Subject = {
    ...toyLines,
    open(options) {
      opened.push(options);
      return toyLines.open(options);
    },
  };
  const faults =
    '[{ fault: cut-power, operation: 3 }, { fault: disk-full, mark: stop }, { fault: slow-server, where: text ~ "two", bytesPerSecond: 9 }]';
  expect((await outcomeOf(TAPE, expecting(3, faults), { subject })).outcome).toEqual({ type: "passed" });
  expect(opened.at(-1)?.faults).toEqual([
    { fault: "cut-power", operation: 3 },
    { fault: "disk-full", bytes: 0, at: 25_000_000 },
    { fault: "slow-server", bytesPerSecond: 9, at: 20_000_000 },
  ]);
});
