import { expect, test } from "vitest";
import type { Said } from "../../../src/replayer/divergence.ts";
import { checkExpectations } from "../../../src/scenarios/expectations/check-expectations.ts";
import { expectationSchema } from "../../../src/scenarios/expectations/schema.ts";
import { nanos } from "../../../src/time/nanos.ts";

const said = (at: number, value: object, machine = "session"): Said => ({
  type: "output",
  at: nanos(at * 1_000_000),
  machine,
  channel: 0,
  value: { ...value },
});
const state = (at: number, name: string, machine?: string): Said => said(at, { type: "state", state: name }, machine);

const TALK = [
  state(0, "idle"),
  state(10, "asked"),
  state(30, "answered"),
  state(100, "asked"),
  state(400, "silent"),
  said(410, { type: "fault", fault: "bad-crc" }, "framer"),
  state(500, "idle"),
];

test.for([
  ["one at least", { some: "state = asked" }],
  ["exactly so many", { some: "state = asked", count: 2 }],
  ["a range", { some: "state exists", count: { min: 2, max: 6 } }],
  ["none", { absent: "state = crashed" }],
  ["each of a kind", { always: "fault = bad-crc", when: "value.type = fault" }],
  ["never before something", { never: "fault exists", until: "state = silent" }],
  ["never after something", { never: "state = answered", after: "state = silent" }],
  [
    "between two things again and again",
    { never: "state = idle", after: "state = asked", until: "state in [answered, silent]" },
  ],
  ["soon enough", { within: "20ms", after: "state = asked and at < 50ms", comes: "state = answered" }],
  ["the end", { final: "state = idle" }],
] as const)("met: %s", ([, expectation]) => {
  expect(checkExpectations([expectationSchema.parse(expectation)], TALK)).toEqual([]);
});

test.for([
  ["none at all", { some: "state = crashed" }, "0 of 1 or more", undefined],
  ["too many: the one too much is shown", { some: "state = asked", count: 1 }, "2 of exactly 1", '"at":100000000'],
  ["too few", { some: "state = asked", count: { min: 3 } }, "2 of 3 or more", undefined],
  ["one that must not be", { absent: "fault exists" }, "1 of none", "bad-crc"],
  ["one that is not like the others", { always: "state != silent", when: "state exists" }, "not always", "silent"],
  ["never, and yet", { never: "state = idle", after: "state = asked" }, "never to be", '"at":500000000'],
  ["too late", { within: "19ms", after: "state = asked", comes: "state = answered" }, "within 19ms", '"at":10000000'],
  ["not at all", { within: "1h", after: "state = silent", comes: "state = answered" }, "within 1h", "silent"],
  ["another end", { final: "state = answered" }, "the last state is not", '"at":500000000'],
  ["no state of that kind", { final: "state = idle", of: "value.type = phase" }, "no state was said", undefined],
] as const)("not met: %s", ([, expectation, why, record]) => {
  const [unmet] = checkExpectations([expectationSchema.parse(expectation)], TALK);
  expect(unmet?.key).toBe("expect[0]");
  expect(unmet?.why).toContain(why);
  if (record === undefined) expect(unmet?.record).toBeUndefined();
  else expect(unmet?.record).toContain(record);
});

test("one machine in the wrong state at the end is enough", () => {
  const talk = [...TALK, state(600, "stuck", "other")];
  expect(checkExpectations([expectationSchema.parse({ final: "state = idle" })], talk)).toMatchObject([
    { record: expect.stringContaining("stuck") },
  ]);
});

test("each expectation is told by its place", () => {
  const expectations = [{ some: "state = idle" }, { absent: "state = idle" }, { some: "state = crashed" }];
  const parsed = expectations.map((one) => expectationSchema.parse(one));
  expect(checkExpectations(parsed, TALK).map(({ key }) => key)).toEqual(["expect[1]", "expect[2]"]);
});
