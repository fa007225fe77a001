const SHOWN = 240;

/** The first record that is another one in the second text, for a person; `undefined`: there is none. */
export function firstOther(first: string, then: string): string | undefined {
  if (first === then) return undefined;
  const before = first.split("\n");
  const after = then.split("\n");
  const index = before.findIndex((line, n) => line !== after[n]);
  const line = index < 0 ? before.length : index;
  return [`record ${line + 1}`, `first  ${shown(before[line])}`, `then   ${shown(after[line])}`].join("\n  ");
}

function shown(line: string | undefined): string {
  if (line === undefined || line === "") return "nothing more";
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}
