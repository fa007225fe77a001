/** What a person who mistyped a command needs: what was not understood, and what he may have meant. */
export function unknownCommand(argv: readonly string[], names: readonly string[]): string {
  const words = argv.filter((word) => !word.startsWith("-"));
  const [first = "", second] = words;
  const topic = names.filter((name) => name.startsWith(`${first}:`));
  const typed = topic.length > 0 && second !== undefined ? `${first}:${second}` : first;
  const near = topic.length > 0 ? topic : names.filter((name) => distance(name.split(":")[0] ?? name, first) <= 2);
  const spoken = (name: string): string => `fieldtape ${name.replaceAll(":", " ")}`;
  const hint = near.length === 0 ? "see fieldtape --help" : `did you mean: ${near.map(spoken).join(", ")}`;
  return `error: there is no command ${JSON.stringify(typed.replaceAll(":", " "))}\n  ${hint}`;
}

/** Levenshtein's distance: how many letters to change, add or leave out. */
function distance(a: string, b: string): number {
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
