/** A part of two sequences: `expected[from, to)` against `actual[from, to)`. */
export interface Stretch {
  readonly expectedFrom: number;
  readonly expectedTo: number;
  readonly actualFrom: number;
  readonly actualTo: number;
}

/** Two places that stand for each other. */
export type Match = readonly [expected: number, actual: number];

/** How much may still be looked at: it bounds the time of pairs that only ever fall apart into slightly smaller ones. */
export interface Budget {
  left: number;
}

/** Keys looked at for each record, all levels together; an ordinary pair needs below ten. */
const LOOKS_PER_RECORD = 100;

export function budgetFor(records: number): Budget {
  return { left: 1_000 + records * LOOKS_PER_RECORD };
}

/**
 * Aligns two sequences of keys within a stretch: what begins and ends alike, then keys that stand once on each side (patience), then
 * the rarest that repeat (histogram); and again between those. Never quadratic: when the budget is spent the rest stays unmatched.
 * The matches rise on both sides.
 */
export function matchKeys(expected: Int32Array, actual: Int32Array, within: Stretch, budget: Budget): readonly Match[] {
  const matches: Match[] = [];
  const open: Stretch[] = [within];
  for (let stretch = open.pop(); stretch !== undefined; stretch = open.pop()) {
    const middle = matchEnds(expected, actual, stretch, matches);
    const size = middle.expectedTo - middle.expectedFrom + middle.actualTo - middle.actualFrom;
    if (middle.expectedFrom === middle.expectedTo || middle.actualFrom === middle.actualTo) continue;
    if (budget.left < size) {
      budget.left = 0;
      continue;
    }
    budget.left -= size;
    const anchors = rising(anchorsIn(expected, actual, middle));
    for (const anchor of anchors) matches.push(anchor); // too many to spread
    if (anchors.length > 0) for (const gap of between(middle, anchors)) open.push(gap);
  }
  return matches.sort(([a], [b]) => a - b);
}

/** The stretches before, between and behind some matches. */
export function between(stretch: Stretch, matches: readonly Match[]): readonly Stretch[] {
  const gaps: Stretch[] = [];
  let { expectedFrom, actualFrom } = stretch;
  const add = (expectedTo: number, actualTo: number): void => {
    if (expectedFrom < expectedTo || actualFrom < actualTo) {
      gaps.push({ expectedFrom, expectedTo, actualFrom, actualTo });
    }
  };
  for (const [expected, actual] of matches) {
    add(expected, actual);
    expectedFrom = expected + 1;
    actualFrom = actual + 1;
  }
  add(stretch.expectedTo, stretch.actualTo);
  return gaps;
}

function matchEnds(expected: Int32Array, actual: Int32Array, stretch: Stretch, matches: Match[]): Stretch {
  let { expectedFrom, expectedTo, actualFrom, actualTo } = stretch;
  while (expectedFrom < expectedTo && actualFrom < actualTo && expected[expectedFrom] === actual[actualFrom]) {
    matches.push([expectedFrom, actualFrom]);
    expectedFrom += 1;
    actualFrom += 1;
  }
  while (expectedFrom < expectedTo && actualFrom < actualTo && expected[expectedTo - 1] === actual[actualTo - 1]) {
    expectedTo -= 1;
    actualTo -= 1;
    matches.push([expectedTo, actualTo]);
  }
  return { expectedFrom, expectedTo, actualFrom, actualTo };
}

interface Places {
  readonly expected: number[];
  readonly actual: number[];
}

/** Places of the rarest keys that both sides have: the n-th on one side with the n-th on the other, by rising expected place. */
function anchorsIn(expected: Int32Array, actual: Int32Array, stretch: Stretch): readonly Match[] {
  const places = new Map<number, Places>();
  for (let at = stretch.expectedFrom; at < stretch.expectedTo; at += 1) {
    const key = expected[at] ?? 0;
    const known = places.get(key);
    if (known === undefined) places.set(key, { expected: [at], actual: [] });
    else known.expected.push(at);
  }
  for (let at = stretch.actualFrom; at < stretch.actualTo; at += 1) places.get(actual[at] ?? 0)?.actual.push(at);
  const common = [...places.values()].filter((place) => place.actual.length > 0);
  let rarest = Number.POSITIVE_INFINITY;
  for (const place of common) rarest = Math.min(rarest, commonness(place));
  return common
    .filter((place) => commonness(place) === rarest)
    .flatMap((place) => zipped(place))
    .sort(([a], [b]) => a - b);
}

const commonness = ({ expected, actual }: Places): number => Math.max(expected.length, actual.length);

function zipped({ expected, actual }: Places): Match[] {
  const matches: Match[] = [];
  for (const [index, place] of expected.entries()) {
    const other = actual[index];
    if (other !== undefined) matches.push([place, other]);
  }
  return matches;
}

/** The longest part of the matches (which rise on the left) that rises on the right too. */
function rising(matches: readonly Match[]): readonly Match[] {
  /** `tails[n]`: index of the match with the smallest right side that ends a rising part of length n + 1. */
  const tails: number[] = [];
  const previous = new Int32Array(matches.length).fill(-1);
  for (const [index, [, right]] of matches.entries()) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((matches[tails[middle] ?? 0]?.[1] ?? 0) < right) low = middle + 1;
      else high = middle;
    }
    previous[index] = low === 0 ? -1 : (tails[low - 1] ?? -1);
    tails[low] = index;
  }
  const longest: Match[] = [];
  for (let index = tails.at(-1) ?? -1; index >= 0; index = previous[index] ?? -1) {
    const match = matches[index];
    if (match !== undefined) longest.push(match);
  }
  return longest.reverse();
}
