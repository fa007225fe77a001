/**
 * Characters that an alias takes one another's place of: digits, hex digits, lower and upper case letters, and beyond ASCII runs of 64, which are of the
 * same length in UTF-8. What is in none (punctuation, blanks, control characters) stays as it is.
 */
export interface CharacterClass {
  readonly first: string;
  readonly at: (place: number) => string;
  readonly size: number;
  readonly place: number;
}

const DIGITS = "0123456789";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const HEX_LOWER = "0123456789abcdef";
const HEX_UPPER = HEX_LOWER.toUpperCase();

/** A run of letters and digits that is taken for hex: it has both kinds, and no other letter. */
const HEX_RUN = /^(?=.*[0-9])(?:(?=.*[a-f])[0-9a-f]+|(?=.*[A-F])[0-9A-F]+)$/;
const RUN = /[0-9A-Za-z]+/g;

/** The class of each character of a text, by code points; `undefined`: it stays. */
export function classesOf(text: string): readonly (CharacterClass | undefined)[] {
  const hex = new Map<number, string>();
  for (const { 0: run, index } of text.matchAll(RUN)) {
    if (!HEX_RUN.test(run)) continue;
    const alphabet = /[A-F]/.test(run) ? HEX_UPPER : HEX_LOWER;
    for (let offset = 0; offset < run.length; offset += 1) hex.set(index + offset, alphabet);
  }
  let unit = 0;
  return [...text].map((character) => {
    const alphabet = hex.get(unit);
    unit += character.length;
    return alphabet === undefined ? classOf(character) : within(alphabet, character);
  });
}

function classOf(character: string): CharacterClass | undefined {
  for (const alphabet of [DIGITS, LOWER, UPPER]) if (alphabet.includes(character)) return within(alphabet, character);
  const point = character.codePointAt(0) ?? 0;
  // Below U+00C0 there are no letters beyond ASCII.
  if (point < 0xc0) return undefined;
  const base = point - (point % 64);
  return {
    first: String.fromCodePoint(base),
    at: (place) => String.fromCodePoint(base + place),
    size: 64,
    place: point - base,
  };
}

function within(alphabet: string, character: string): CharacterClass {
  const first = alphabet.charAt(0) + String(alphabet.length) + (alphabet.at(-1) ?? "");
  return { first, at: (place) => alphabet.charAt(place), size: alphabet.length, place: alphabet.indexOf(character) };
}
