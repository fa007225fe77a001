import { firstDifference, type Said } from "../../replayer/divergence.ts";
import type { Placed } from "../../replayer/placed.ts";
import type { Match, Stretch } from "./match-keys.ts";

type Records = readonly Placed<Said>[];

/**
 * Matches records that are wholly alike, stamp included. Stamps never go back, so the two are walked side by side: this is what makes
 * long recordings with few differences fast. Among records of one stamp only what begins and ends alike is matched.
 */
export function matchAlike(expected: Records, actual: Records): readonly Match[] {
  const matches: Match[] = [];
  let left = 0;
  let right = 0;
  while (left < expected.length && right < actual.length) {
    const at = Math.min(atOf(expected, left), atOf(actual, right));
    const moment: Stretch = {
      expectedFrom: left,
      expectedTo: endOf(expected, left, at),
      actualFrom: right,
      actualTo: endOf(actual, right, at),
    };
    matchEnds(expected, actual, moment, matches);
    left = moment.expectedTo;
    right = moment.actualTo;
  }
  return matches;
}

function atOf(records: Records, index: number): number {
  return records[index]?.record.at ?? Number.POSITIVE_INFINITY;
}

function endOf(records: Records, from: number, at: number): number {
  let end = from;
  while (end < records.length && atOf(records, end) <= at) end += 1;
  return end;
}

function matchEnds(expected: Records, actual: Records, moment: Stretch, matches: Match[]): void {
  let { expectedFrom: left, expectedTo: leftEnd, actualFrom: right, actualTo: rightEnd } = moment;
  while (left < leftEnd && right < rightEnd && alike(expected[left], actual[right])) {
    matches.push([left, right]);
    left += 1;
    right += 1;
  }
  const ending: Match[] = [];
  while (left < leftEnd && right < rightEnd && alike(expected[leftEnd - 1], actual[rightEnd - 1])) {
    leftEnd -= 1;
    rightEnd -= 1;
    ending.push([leftEnd, rightEnd]);
  }
  for (const match of ending.reverse()) matches.push(match);
}

function alike(expected: Placed<Said> | undefined, actual: Placed<Said> | undefined): boolean {
  if (expected === undefined || actual === undefined) return false;
  return firstDifference(expected.record, actual.record, "exact") === undefined;
}
