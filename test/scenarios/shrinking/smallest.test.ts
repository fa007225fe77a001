import { fc, test } from "@fast-check/vitest";
import { expect, test as plain } from "vitest";
import { smallest } from "../../../src/scenarios/shrinking/smallest.ts";

const numbers = (length: number) => Array.from({ length }, (_, index) => index);

test.prop([fc.integer({ min: 1, max: 60 }), fc.uniqueArray(fc.nat(59), { minLength: 1, maxLength: 6 })])(
  "what is needed is left, in its order, and nothing else",
  async (length, wanted) => {
    const needed = [...new Set(wanted.map((item) => item % length))].sort((a, b) => a - b);
    const left = await smallest(numbers(length), async (part) => needed.every((item) => part.includes(item)));
    expect(left).toEqual(needed);
  },
);

test.prop([fc.integer({ min: 1, max: 40 }), fc.array(fc.boolean(), { minLength: 64, maxLength: 64 })])(
  "whatever shows it: of what is left no single item can be left out",
  async (length, chance) => {
    const whole = numbers(length);
    const holds = async (part: readonly number[]) =>
      part.length === length || chance[part.reduce((sum, item) => (sum * 31 + item + 1) % 64, 7)] === true;
    const left = await smallest(whole, holds);
    expect(left === whole || (await holds(left))).toBe(true);
    for (const item of left)
      expect(left.length === length || length > 1 ? await holds(left.filter((one) => one !== item)) : false).toBe(
        false,
      );
  },
);

plain("one cause among thousands is found by halves", async () => {
  let tried = 0;
  const left = await smallest(numbers(4096), async (part) => {
    tried += 1;
    return part.includes(3001);
  });
  expect(left).toEqual([3001]);
  expect(tried).toBeLessThan(40);
});

plain("when nothing can be left out the list is the same one", async () => {
  const whole = numbers(5);
  expect(await smallest(whole, async (part) => part.length === 5)).toBe(whole);
  expect(await smallest(whole, async () => true)).toEqual([]);
  expect(await smallest([], async () => false)).toEqual([]);
});
