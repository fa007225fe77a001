import { COVERAGE_KINDS, type Coverage } from "./coverage.ts";

/** A case that may be kept or dropped. */
export interface Covering {
  readonly name: string;
  readonly coverage: Coverage;
  /** What it costs to keep: of two that bring as much the cheaper one stays. */
  readonly fed: number;
}

export interface SmallestSet {
  readonly kept: readonly string[];
  readonly dropped: readonly Dropped[];
}

export interface Dropped {
  readonly name: string;
  /** Kept cases that reach together everything that it reaches. */
  readonly coveredBy: readonly string[];
}

interface Candidate extends Covering {
  readonly words: ReadonlySet<string>;
}

/**
 * A set of cases that reaches everything that all of them reach, and of which none can be left out. Greedy: the smallest one of all is not
 * worth the time that finding it takes. A case that reaches nothing at all stays: what it is there for is not seen here.
 */
export function smallestSet(cases: readonly Covering[]): SmallestSet {
  const candidates = cases.map((each): Candidate => ({ ...each, words: wordsOf(each.coverage) }));
  const silent = candidates.filter(({ words }) => words.size === 0);
  const speaking = candidates.filter(({ words }) => words.size > 0);
  const chosen = withoutSpare(greedy(speaking, wordsOfAll(speaking)));
  const kept = new Set([...silent, ...chosen].map(({ name }) => name));
  return {
    kept: cases.filter(({ name }) => kept.has(name)).map(({ name }) => name),
    dropped: speaking
      .filter(({ name }) => !kept.has(name))
      .map(({ name, words }) => ({ name, coveredBy: greedy(chosen, words).map((each) => each.name) })),
  };
}

/** Takes the case that brings most of what is still wanted, until nothing is. */
function greedy(cases: readonly Candidate[], wanted: ReadonlySet<string>): readonly Candidate[] {
  const missing = new Set(wanted);
  const chosen: Candidate[] = [];
  while (missing.size > 0) {
    let best: { readonly candidate: Candidate; readonly gain: number } | undefined;
    for (const candidate of cases) {
      const gain = gainOf(candidate, missing);
      if (best === undefined || gain > best.gain || (gain === best.gain && isCheaper(candidate, best.candidate)))
        best = { candidate, gain };
    }
    if (best === undefined || best.gain === 0) break;
    chosen.push(best.candidate);
    for (const word of best.candidate.words) missing.delete(word);
  }
  return chosen;
}

function gainOf({ words }: Candidate, missing: ReadonlySet<string>): number {
  let gain = 0;
  for (const word of words) if (missing.has(word)) gain += 1;
  return gain;
}

function isCheaper(a: Candidate, b: Candidate): boolean {
  return a.fed === b.fed ? a.name < b.name : a.fed < b.fed;
}

/** What was chosen early may be covered by what came later. */
function withoutSpare(chosen: readonly Candidate[]): readonly Candidate[] {
  let kept = chosen;
  for (const candidate of chosen) {
    const others = kept.filter((other) => other !== candidate);
    const reached = wordsOfAll(others);
    if ([...candidate.words].every((word) => reached.has(word))) kept = others;
  }
  return kept;
}

function wordsOfAll(cases: readonly Candidate[]): Set<string> {
  return new Set(cases.flatMap(({ words }) => [...words]));
}

function wordsOf(coverage: Coverage): ReadonlySet<string> {
  return new Set(COVERAGE_KINDS.flatMap((kind) => coverage[kind].map((word) => `${kind} ${word}`)));
}
