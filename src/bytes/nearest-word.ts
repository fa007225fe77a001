/** More letters wrong than this, and another word was meant. */
const DISTANCE_MAX = 2;

/** The words that somebody may have meant who wrote `word`: the nearest ones, none if all are far. */
export function nearestWords(word: string, words: Iterable<string>): readonly string[] {
  const measured = [...new Set(words)]
    .map((one) => ({ one, far: distance(one, word) }))
    .filter(({ far }) => far <= DISTANCE_MAX);
  const least = Math.min(...measured.map(({ far }) => far));
  return measured.filter(({ far }) => far === least).map(({ one }) => one);
}

/** Levenshtein's distance: how many letters to change, add or leave out. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
