import { expect, test } from "vitest";
import type { CaseOutcome, CaseResult } from "../../../src/scenarios/case-result.ts";
import { settle } from "../../../src/scenarios/run/settle.ts";

const PASSED: CaseOutcome = { type: "passed" };
const HUNG: CaseOutcome = { type: "failed", code: "SUBJECT_HUNG", words: "did not end in time" };
const CRASHED: CaseOutcome = { type: "failed", code: "SUBJECT_CRASHED", words: "ended its thread" };
const UNSTABLE: CaseOutcome = { type: "unstable", words: "" };
const UNMET: CaseOutcome = { type: "unmet", unmet: [] };
const of = (outcome: CaseOutcome, more: Partial<CaseResult> = {}): CaseResult => ({
  name: "a",
  outcome,
  fed: 1,
  said: 1,
  ...more,
});
const TODAY = { today: "2026-11-21", repeated: true };

test.for([
  ["fails", UNMET],
  ["hangs", HUNG],
  ["crashes", CRASHED],
  ["unstable", UNSTABLE],
] as const)(
  "a canary that %s passes when it does, and the run is not trusted when it does anything else",
  ([canary, deed]) => {
    expect(settle(of(deed, { canary }), TODAY)).toEqual(of(PASSED));
    for (const other of [PASSED, HUNG, CRASHED, UNSTABLE, UNMET].filter((outcome) => outcome !== deed))
      expect(settle(of(other, { canary }), TODAY).outcome).toMatchObject({ type: "untrusted", canary });
  },
);

test("a canary that must be unstable is only asked when cases are repeated", () => {
  expect(settle(of(PASSED, { canary: "unstable" }), { ...TODAY, repeated: false }).outcome).toEqual(PASSED);
});

test("a quarantine holds until its last day is over", () => {
  const quarantine = { owner: "ada", reason: "the new probe", until: "2026-11-21" };
  expect(settle(of(UNMET, { quarantine }), TODAY).quarantine?.expired).toBe(false);
  expect(settle(of(UNMET, { quarantine }), { ...TODAY, today: "2026-11-22" }).quarantine?.expired).toBe(true);
  expect(settle(of(PASSED, { quarantine }), TODAY).quarantine).toBeUndefined();
});
