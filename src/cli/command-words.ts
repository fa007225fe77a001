import { FieldtapeError } from "../errors.ts";

/**
 * A command line as its words, as a shell would cut it at blanks and quotes; nothing else of a shell's language means anything here.
 *
 * @throws FieldtapeError USAGE for an open quote or an empty line
 */
export function commandWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (const character of text) {
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + character;
  }
  if (quote !== undefined) throw new FieldtapeError("USAGE", `a quote is left open in ${text}`);
  if (word !== undefined) words.push(word);
  if (words.length === 0) throw new FieldtapeError("USAGE", "a command must name a program");
  return words;
}
