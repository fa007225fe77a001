import fc from "fast-check";
import { expect, test } from "vitest";
import { Lateness } from "../../src/replayer/lateness.ts";

test("lateness quantiles are those of a sorted list, at most 1.6 % too large, never more than the latest", () =>
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 2 ** 40 }), { minLength: 1, maxLength: 300 }), (spans) => {
      const lateness = new Lateness();
      for (const span of spans) lateness.add(span);
      const ordered = spans.toSorted((a, b) => a - b);
      const { count, p50, p99, max } = lateness.figures();
      expect(count).toBe(spans.length);
      expect(max).toBe(ordered.at(-1));
      for (const [figure, share] of [
        [p50, 0.5],
        [p99, 0.99],
      ] as const) {
        const exact = ordered[Math.ceil(spans.length * share) - 1]!;
        expect(figure).toBeGreaterThanOrEqual(exact);
        expect(figure).toBeLessThanOrEqual(Math.max(exact * (1 + 1 / 64), exact));
      }
    }),
  ));

test("what is early or never happened is not late", () => {
  const lateness = new Lateness();
  expect(lateness.figures()).toEqual({ count: 0, p50: 0, p99: 0, max: 0 });
  lateness.add(-5);
  expect(lateness.figures()).toEqual({ count: 1, p50: 0, p99: 0, max: 0 });
});
