import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { between, budgetFor, matchKeys } from "../../../src/scenarios/differences/match-keys.ts";

const all = (expected: Int32Array, actual: Int32Array) => ({
  expectedFrom: 0,
  expectedTo: expected.length,
  actualFrom: 0,
  actualTo: actual.length,
});

function match(left: readonly number[], right: readonly number[], budget = budgetFor(left.length + right.length)) {
  const [expected, actual] = [Int32Array.from(left), Int32Array.from(right)];
  return matchKeys(expected, actual, all(expected, actual), budget);
}

const keys = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 60 });

property.prop([keys, keys])("matches are of equal keys and rise on both sides", (left, right) => {
  const matches = match(left, right);
  for (const [index, [a, b]] of matches.entries()) {
    expect(left[a]).toBe(right[b]);
    if (index > 0) expect(a > matches[index - 1]![0] && b > matches[index - 1]![1]).toBe(true);
  }
});

property.prop([keys, keys])("what is not matched lies in the gaps between, once", (left, right) => {
  const matches = match(left, right);
  const gaps = between(all(Int32Array.from(left), Int32Array.from(right)), matches);
  const open = gaps.reduce((sum, gap) => sum + gap.expectedTo - gap.expectedFrom, 0);
  expect(open + matches.length).toBe(left.length);
});

test("a spent budget leaves the rest unmatched instead of going on", () => {
  const left = [1, 9, 2, 3, 4, 8, 5];
  const right = [1, 2, 7, 3, 4, 6, 5];
  expect(match(left, right)).toHaveLength(5);
  const budget = { left: 3 };
  expect(match(left, right, budget)).toEqual([
    [0, 0],
    [6, 6],
  ]);
  expect(budget.left).toBe(0);
});
