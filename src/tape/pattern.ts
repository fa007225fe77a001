import { createRequire } from "node:module";
import type { RE2JS } from "re2js";
import { FieldtapeError } from "../errors.ts";

/** A regular expression whose matching takes time linear in the text, whatever the expression and the text are. */
export interface Pattern {
  readonly source: string;
  /** Whether it matches anywhere in the text; `^` and `$` tie it to the ends. */
  test(text: string): boolean;
  /** Where it matches, from the left, none over another: the first group that takes part, or the whole where there is none. */
  places(text: string): readonly PatternPlace[];
}

/** From `start` up to but not including `end`. */
export interface PatternPlace {
  readonly start: number;
  readonly end: number;
}

export const PATTERN_LENGTH_MAX = 500;
/** Instructions of the compiled program; counted repeats multiply it (the engine refuses nested ones beyond 1,000). */
const PROGRAM_SIZE_MAX = 2_000;

/**
 * Compiles RE2 syntax (no look-around, no back-references).
 *
 * @throws FieldtapeError PREDICATE_INVALID when it is no pattern, or too large.
 */
export function compilePattern(source: string): Pattern {
  if (source.length > PATTERN_LENGTH_MAX) throw refused(`the pattern is longer than ${PATTERN_LENGTH_MAX} characters`);
  const compiled = compile(source);
  if (compiled.programSize() > PROGRAM_SIZE_MAX) throw refused("the pattern is too large");
  return { source, test: (text) => compiled.test(text), places: (text) => placesOf(compiled, text) };
}

function placesOf(compiled: RE2JS, text: string): readonly PatternPlace[] {
  const places: PatternPlace[] = [];
  const matcher = compiled.matcher(text);
  while (matcher.find()) {
    let group = 0;
    for (let index = 1; group === 0 && index <= matcher.groupCount(); index += 1)
      if (matcher.start(index) >= 0) group = index;
    const place = { start: matcher.start(group), end: matcher.end(group) };
    if (place.end > place.start) places.push(place);
  }
  return places;
}

const load = createRequire(import.meta.url);

/** The engine is large, and most runs meet no pattern: it is loaded with the first. */
const engine = (): typeof RE2JS => load("re2js").RE2JS;

function compile(source: string): RE2JS {
  const loaded = engine();
  try {
    return loaded.compile(source);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message.replace(/^error parsing regexp: /, "") : String(thrown);
    throw new FieldtapeError("PREDICATE_INVALID", `the pattern is not valid: ${why}`, {
      cause: thrown,
      hint: "patterns are written in RE2 syntax, without look-around and back-references",
    });
  }
}

const refused = (why: string): FieldtapeError => new FieldtapeError("PREDICATE_INVALID", why);
