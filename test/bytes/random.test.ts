import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { Random } from "../../src/bytes/random.ts";

const draw = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.next());

test("a seed gives the same numbers for ever", () => {
  expect(draw(new Random(42), 4)).toMatchInlineSnapshot(`
    [
      813697572,
      3141373457,
      1846818982,
      1427103598,
    ]
  `);
  expect(draw(new Random(42, "faults"), 2)).toMatchInlineSnapshot(`
    [
      4017312911,
      2089711733,
    ]
  `);
  expect(draw(new Random(Number.MAX_SAFE_INTEGER), 2)).toMatchInlineSnapshot(`
    [
      1699209875,
      1041072190,
    ]
  `);
});

test("neighbouring seeds and names have nothing in common", () => {
  const seen = new Set<number>();
  for (let seed = 0; seed < 1000; seed++) for (const name of ["", "a", "b"]) seen.add(new Random(seed, name).next());
  expect(seen.size).toBe(3000);
  expect(new Random(1).next()).not.toBe(new Random(1 + 2 ** 32).next());
});

test("a fork depends on seed and name, not on what was drawn before", () => {
  const fresh = new Random(7).fork("rx");
  const used = new Random(7);
  draw(used, 5);
  expect(draw(used.fork("rx"), 3)).toEqual(draw(fresh, 3));
  expect(new Random(7).fork("tx").next()).not.toBe(new Random(7).fork("rx").next());
});

test("every bit is one about half of the time", () => {
  const counts = new Array<number>(32).fill(0);
  for (const word of draw(new Random(3), 4096)) for (let bit = 0; bit < 32; bit++) counts[bit]! += (word >>> bit) & 1;
  for (const count of counts) expect(Math.abs(count - 2048)).toBeLessThan(5 * 32);
});

property.prop([fc.nat(), fc.integer({ min: 1, max: 2 ** 32 })])("below stays below its limit", (seed, limit) => {
  const drawn = new Random(seed).below(limit);
  expect(Number.isInteger(drawn) && drawn >= 0 && drawn < limit).toBe(true);
});

test("below gives each number as often as the other", () => {
  const random = new Random(11);
  const counts = [0, 0, 0];
  for (let draws = 0; draws < 9000; draws++) counts[random.below(3)]! += 1;
  for (const count of counts) expect(Math.abs(count - 3000)).toBeLessThan(250);
});
