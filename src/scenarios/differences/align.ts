import type { Said } from "../../replayer/divergence.ts";
import type { Placed } from "../../replayer/placed.ts";
import { matchAlike } from "./match-alike.ts";
import { type Budget, between, budgetFor, type Match, matchKeys, type Stretch } from "./match-keys.ts";
import { type Level, RecordKeys } from "./record-keys.ts";

export interface Alignment {
  /** Records that stand for each other, rising on both sides; what is between them is missing or unexpected. */
  readonly matches: readonly Match[];
  /** Too little in common to align: the rest was paired in its order. */
  readonly gaveUp: boolean;
}

type Records = readonly Placed<Said>[];

/** In a stretch with more records than this on both sides that have nothing in common, pairing by kind is guessing: said as such. */
const GUESSED_MAX = 1_000;

/**
 * Finds which record stands for which: first those that are wholly alike, then between them by what they say or where in the tape they
 * say it, whichever has more in common, then by the moment alone, at last by their kind in their order.
 */
export function align(expected: Records, actual: Records): Alignment {
  return new Aligner(expected, actual).align();
}

class Aligner {
  readonly #budget: Budget;
  readonly #keys: Readonly<Record<Level, RecordKeys>>;
  readonly #expected: Records;
  readonly #actual: Records;
  #gaveUp = false;

  constructor(expected: Records, actual: Records) {
    const keys = (level: Level): RecordKeys => new RecordKeys(level, expected, actual);
    this.#keys = {
      content: keys("content"),
      place: keys("place"),
      moment: keys("moment"),
      kind: keys("kind"),
    };
    this.#expected = expected;
    this.#actual = actual;
    this.#budget = budgetFor(expected.length + actual.length);
  }

  align(): Alignment {
    const alike = matchAlike(this.#expected, this.#actual);
    const all = { expectedFrom: 0, expectedTo: this.#expected.length, actualFrom: 0, actualTo: this.#actual.length };
    const matches = [...alike, ...between(all, alike).flatMap((gap) => this.#inside(gap))];
    return { matches: matches.sort(([a], [b]) => a - b), gaveUp: this.#gaveUp || this.#budget.left === 0 };
  }

  #inside(gap: Stretch): readonly Match[] {
    if (isOneSided(gap)) return [];
    const content = this.#match("content", gap);
    const place = this.#match("place", gap);
    // Equal content is the stronger sign; but a value that happens to come again must not pull a stretch apart.
    const [best, then]: [readonly Match[], Level] =
      place.length > content.length ? [place, "content"] : [content, "place"];
    return this.#deeper(gap, best, [then, "moment", "kind"]);
  }

  #deeper(gap: Stretch, matches: readonly Match[], levels: readonly Level[]): readonly Match[] {
    const [level, ...rest] = levels;
    if (level === undefined) return matches;
    const inner = between(gap, matches)
      .filter((open) => !isOneSided(open))
      .flatMap((open) => this.#deeper(open, this.#match(level, open), rest));
    return [...matches, ...inner];
  }

  #match(level: Level, stretch: Stretch): readonly Match[] {
    if (level === "kind" && isGuess(stretch)) this.#gaveUp = true;
    const keys = this.#keys[level];
    keys.fill(stretch);
    return matchKeys(keys.expected, keys.actual, stretch, this.#budget);
  }
}

const isOneSided = (gap: Stretch): boolean => gap.expectedFrom === gap.expectedTo || gap.actualFrom === gap.actualTo;

const isGuess = (gap: Stretch): boolean =>
  Math.min(gap.expectedTo - gap.expectedFrom, gap.actualTo - gap.actualFrom) > GUESSED_MAX;
