import type { Said } from "../../replayer/divergence.ts";
import type { Placed } from "../../replayer/placed.ts";
import { align } from "./align.ts";
import { compareRecords } from "./compare-records.ts";
import { type Difference, speakerOf } from "./difference.ts";
import type { Stretch } from "./match-keys.ts";
import { between } from "./match-keys.ts";
import { Shifts } from "./shifts.ts";

/** Everything in which what was said differs from what was expected, in the order of the two. */
export interface FoundDifferences {
  readonly differences: readonly Difference[];
  /** Records that only moved as those before them did. */
  readonly folded: number;
  /** The two have so little in common that they were paired in their order instead of aligned. */
  readonly gaveUp: boolean;
}

type Records = readonly Placed<Said>[];

/**
 * Aligns two recordings by record and compares those that stand for each other member by member. Time grows with the length of the two,
 * never with its square, however many differences there are.
 */
export function findDifferences(expected: Records, actual: Records): FoundDifferences {
  const { matches, gaveUp } = align(expected, actual);
  const walk = new Walk(expected, actual);
  const all = { expectedFrom: 0, expectedTo: expected.length, actualFrom: 0, actualTo: actual.length };
  const gaps = between(all, matches).values();
  let gap = gaps.next().value;
  for (const [left, right] of matches) {
    if (gap !== undefined && gap.expectedTo <= left && gap.actualTo <= right) {
      walk.gap(gap);
      gap = gaps.next().value;
    }
    walk.pair(left, right);
  }
  if (gap !== undefined) walk.gap(gap);
  return { differences: walk.differences, folded: walk.folded, gaveUp };
}

class Walk {
  readonly differences: Difference[] = [];
  folded = 0;
  readonly #expected: Records;
  readonly #actual: Records;
  readonly #shifts = new Shifts();

  constructor(expected: Records, actual: Records) {
    this.#expected = expected;
    this.#actual = actual;
  }

  pair(left: number, right: number): void {
    const expected = this.#expected[left];
    const actual = this.#actual[right];
    if (expected === undefined || actual === undefined) return;
    const speaker = speakerOf(expected.record);
    const shift = this.#shifts.take(expected.record, actual.record);
    const members = compareRecords(expected.record, actual.record);
    for (const moved of shift.moved) this.differences.push({ kind: "moved", ...speaker, ...moved, expected, actual });
    for (const member of members) this.differences.push({ ...speaker, ...member, expected, actual });
    if (members.length > 0) this.#shifts.excuse(actual.record);
    else if (shift.folded && shift.moved.length === 0) this.folded += 1;
  }

  gap({ expectedFrom, expectedTo, actualFrom, actualTo }: Stretch): void {
    const nextActual = (this.#actual[actualFrom - 1]?.line ?? 0) + 1;
    for (const expected of this.#expected.slice(expectedFrom, expectedTo)) {
      this.differences.push({ kind: "missing", ...speakerOf(expected.record), expected, next: nextActual });
      this.#shifts.excuse(expected.record);
    }
    const nextExpected = (this.#expected[expectedTo - 1]?.line ?? 0) + 1;
    for (const actual of this.#actual.slice(actualFrom, actualTo)) {
      this.differences.push({ kind: "unexpected", ...speakerOf(actual.record), actual, next: nextExpected });
      this.#shifts.excuse(actual.record);
    }
  }
}
