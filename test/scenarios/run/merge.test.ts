import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { CaseResult } from "../../../src/scenarios/case-result.ts";
import {
  compareNames,
  mergeRuns,
  orphanOf,
  planOf,
  type RunResult,
  runResultText,
} from "../../../src/scenarios/run/run-result.ts";
import { parseRunResult } from "../../../src/scenarios/run/schema.ts";
import { casesOfShard, parseShard } from "../../../src/scenarios/run/shard.ts";
import { sampleRun } from "../report/sample-run.ts";

const caseOf = (name: string): CaseResult => ({ name, outcome: { type: "passed" }, fed: 3, said: 2 });

const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}\/[a-z]{1,3}$/), { minLength: 1, maxLength: 30 });
const timings = fc
  .array(fc.tuple(fc.stringMatching(/^[a-z]{1,3}\/[a-z]{1,3}$/), fc.nat(1_000_000)))
  .map((entries) => new Map(entries));

function whole(sorted: readonly string[], orphans: readonly string[]): RunResult {
  const cases = [...sorted.map(caseOf), ...orphans.map(orphanOf)];
  return { format: "fieldtape-run", version: 1, plan: planOf(sorted, orphans), cases };
}

property.prop([names, timings, fc.integer({ min: 1, max: 9 }), fc.boolean()])(
  "any number of parts, in any order, gives the bytes of one run",
  (unsorted, known, of, turned) => {
    const sorted = unsorted.toSorted(compareNames);
    const one = whole(sorted, ["z/left"]);
    const parts = Array.from({ length: of }, (_, n): RunResult => {
      const shard = { index: n + 1, of };
      const cases = casesOfShard(sorted, shard, known).map(caseOf);
      return { format: "fieldtape-run", version: 1, shard, plan: one.plan, cases, timings: new Map() };
    });
    const merged = mergeRuns(turned ? parts.toReversed() : parts);
    expect(runResultText(merged)).toBe(runResultText(one));
  },
);

test("a part that is missing, doubled or of another run is not passed over", () => {
  const plan = planOf(["a", "b"], []);
  const part = (index: number, name: string): RunResult => ({
    format: "fieldtape-run",
    version: 1,
    shard: { index, of: 2 },
    plan,
    cases: [caseOf(name)],
  });
  expect(() => mergeRuns([part(1, "a")])).toThrow(expect.objectContaining({ code: "INCOMPLETE" }));
  expect(() => mergeRuns([part(1, "a"), part(1, "a")])).toThrow(expect.objectContaining({ code: "USAGE" }));
  expect(() => mergeRuns([part(1, "a"), part(2, "a")])).toThrow(expect.objectContaining({ code: "INCOMPLETE" }));
  expect(() => mergeRuns([part(1, "a"), { ...part(2, "b"), plan: planOf(["a", "c"], []) }])).toThrow(
    expect.objectContaining({ code: "USAGE" }),
  );
  expect(mergeRuns([part(2, "b"), part(1, "a")]).cases.map(({ name }) => name)).toEqual(["a", "b"]);
});

test("long cases are spread over the parts, and what was never timed counts as the median", () => {
  const known = new Map(Object.entries({ long: 100, a: 10, b: 10, c: 10 }));
  const parts = [1, 2].map((index) => casesOfShard(["a", "b", "c", "long", "new"], { index, of: 2 }, known));
  expect(parts).toEqual([["long"], ["a", "b", "c", "new"]]);
  expect(() => parseShard("5/4")).toThrow(/--shard 5\/4/);
  expect(() => parseShard("0/4")).toThrow();
});

test("the file of a run says what it holds, and another file is refused by the key that is wrong", () => {
  const run = whole(["a/b", "a/c"], []);
  expect(parseRunResult(JSON.parse(runResultText(run)))).toEqual({ result: run });
  expect(parseRunResult({ ...run, version: 2 })).toEqual({ problem: expect.stringContaining("version") });
});

test("every kind of outcome goes through the file of a run", () => {
  const cases = sampleRun().results;
  const plan = planOf(
    cases.map(({ name }) => name),
    [],
  );
  const run: RunResult = { format: "fieldtape-run", version: 1, plan, cases };
  expect(parseRunResult(JSON.parse(runResultText(run)))).toEqual({ result: run });
});

test("an outcome that no version knows, or half of one, is refused by its place", () => {
  const { results } = sampleRun();
  const [different] = results;
  const withOutcome = (outcome: object): object => ({
    format: "fieldtape-run",
    version: 1,
    plan: planOf(["a"], []),
    cases: [{ ...different, outcome }],
  });
  expect(parseRunResult(withOutcome({ type: "perhaps" }))).toEqual({
    problem: expect.stringContaining("cases.0.outcome"),
  });
  expect(parseRunResult(withOutcome({ ...different!.outcome, differences: {} }))).toEqual({
    problem: expect.stringContaining("cases.0.outcome.differences"),
  });
});
