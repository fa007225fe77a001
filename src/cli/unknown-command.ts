import { distance } from "../bytes/nearest-word.ts";

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
