import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/bytes/json.ts";
import { type Coverage, coverageOf, lost, NO_COVERAGE, together } from "../../../src/scenarios/coverage/coverage.ts";
import { smallestSet } from "../../../src/scenarios/coverage/smallest-set.ts";
import { uncovered } from "../../../src/scenarios/coverage/uncovered.ts";
import type { OutputRecord } from "../../../src/tape/record.ts";
import { nanos } from "../../../src/time/nanos.ts";

const said = (machine: string, value: JsonObject, channel = 0): OutputRecord => ({
  type: "output",
  at: nanos(0),
  machine,
  channel,
  value,
});
const state = (name: string, channel = 0) => said("session", { type: "state", state: name }, channel);
const frame = (role: string, channel = 0) => said("framer", { type: "frame", role }, channel);

test("a case reaches states, transitions, what was heard in them, and faults, each channel by itself", () => {
  const coverage = coverageOf(
    [
      frame("request"),
      state("asked"),
      frame("reply"),
      state("answered"),
      state("asked", 1),
      said("framer", { type: "fault", fault: "bad-crc" }, 1),
    ],
    ["cut-power"],
  );
  expect(coverage).toEqual({
    states: ["session answered", "session asked"],
    transitions: ["session (start) → asked", "session asked → answered"],
    frames: ["framer reply", "framer request"],
    reactions: ["session asked × bad-crc", "session asked × reply"],
    faults: ["framer bad-crc"],
    disturbed: ["session answered × cut-power", "session asked × cut-power"],
  });
});

test("what no case reaches is every declared word, and every pair of a state and what its machine heard", () => {
  const reached: Coverage = {
    ...NO_COVERAGE,
    states: ["s a", "s b"],
    reactions: ["s a × reply"],
    faults: ["f bad-crc"],
  };
  expect(uncovered(reached, { s: { states: ["a", "c"] }, f: { faults: ["bad-crc", "rubbish"] } })).toEqual({
    ...NO_COVERAGE,
    states: ["s c"],
    reactions: ["s b × reply"],
    faults: ["f rubbish"],
  });
  const disturbed = { ...reached, disturbed: ["s a × cut-power"] };
  expect(uncovered(disturbed, { s: { disturbances: ["cut-power", "disk-full"] } }).disturbed).toEqual([
    "s a × disk-full",
    "s b × cut-power",
    "s b × disk-full",
  ]);
  expect(lost(reached, { ...reached, states: ["s b"] })).toEqual({ ...NO_COVERAGE, states: ["s a"] });
});

const cases = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z]{1,4}$/),
    fed: fc.nat(100),
    coverage: fc
      .uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"))
      .map((states) => ({ ...NO_COVERAGE, states })),
  }),
  { selector: ({ name }) => name, maxLength: 12 },
);

property.prop([cases])(
  "the kept cases reach everything, none of them is spare, and each dropped one is covered by those named",
  (all) => {
    const { kept, dropped } = smallestSet(all);
    const by = new Map(all.map((each) => [each.name, each.coverage]));
    const reachedBy = (names: readonly string[]) => together(names.map((name) => by.get(name)!));
    expect(reachedBy(kept)).toEqual(together(all.map(({ coverage }) => coverage)));
    for (const name of kept.filter((each) => by.get(each)!.states.length > 0))
      expect(reachedBy(kept.filter((other) => other !== name))).not.toEqual(reachedBy(kept));
    for (const { name, coveredBy } of dropped) {
      expect(kept).toEqual(expect.arrayContaining([...coveredBy]));
      expect(lost(by.get(name)!, reachedBy(coveredBy))).toEqual(NO_COVERAGE);
    }
    expect(kept.length + dropped.length).toBe(all.length);
  },
);
