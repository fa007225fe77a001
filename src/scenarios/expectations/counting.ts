import type { Said } from "../../replayer/divergence.ts";
import { compilePredicate } from "../../tape/predicate.ts";
import type { Rule } from "./rule.ts";
import type { ExpectationWith } from "./schema.ts";

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** So many records of a kind were said. */
export function counted(expectation: ExpectationWith<"some">): Rule {
  return counting(expectation.some, boundsOf(expectation.count));
}

/** No record of a kind was said. */
export function absent(expectation: ExpectationWith<"absent">): Rule {
  return counting(expectation.absent, { min: 0, max: 0 });
}

function counting(text: string, bounds: Bounds): Rule {
  const matches = compilePredicate(text);
  let count = 0;
  let surplus: Said | undefined;
  return {
    take(record) {
      if (!matches(record)) return;
      count += 1;
      if (count > bounds.max) surplus ??= record;
    },
    breach() {
      if (count >= bounds.min && count <= bounds.max) return undefined;
      const why = `${count} of ${wordsOf(bounds)} said: ${text}`;
      return surplus === undefined ? { why } : { why, record: surplus };
    },
  };
}

function boundsOf(count: ExpectationWith<"some">["count"]): Bounds {
  if (count === undefined) return { min: 1, max: Number.POSITIVE_INFINITY };
  if (typeof count === "number") return { min: count, max: count };
  return { min: count.min ?? 0, max: count.max ?? Number.POSITIVE_INFINITY };
}

function wordsOf({ min, max }: Bounds): string {
  if (min === max) return min === 0 ? "none" : `exactly ${min}`;
  if (max === Number.POSITIVE_INFINITY) return `${min} or more`;
  return min === 0 ? `at most ${max}` : `${min} to ${max}`;
}
