import { Buffer } from "node:buffer";
import { compilePattern, type Pattern } from "../../tape/pattern.ts";
import { BUILT_IN_PATTERNS } from "./built-in-patterns.ts";
import { literalForms } from "./literal-forms.ts";
import type { Redaction } from "./profile.ts";

/** A secret that was found: which bytes, and what found it. */
export interface Hit {
  readonly start: number;
  readonly end: number;
  /** The pattern's name, or `literal`. */
  readonly name: string;
}

interface NamedPattern {
  readonly name: string;
  /** Compiled when it is tried for the first time: that takes longer than all the rest. */
  readonly pattern: () => Pattern;
  /** Absent: it has to be tried on everything. */
  readonly needs?: readonly string[];
}

/** Finds secrets in bytes: values that are known, and what looks like one. Linear in the bytes. */
export class SecretScanner {
  readonly #patterns: readonly NamedPattern[];
  readonly #literals: readonly Uint8Array[];

  constructor({ profile, literals }: Pick<Redaction, "profile" | "literals">) {
    const { builtIn, own } = profile.patterns;
    const wanted = builtIn === "all" ? Object.keys(BUILT_IN_PATTERNS) : builtIn;
    this.#patterns = [
      ...wanted.flatMap((name) => {
        const known = BUILT_IN_PATTERNS[name];
        return known === undefined ? [] : [{ name, pattern: once(known.source), needs: known.needs }];
      }),
      ...Object.entries(own).map(([name, source]) => {
        const pattern = compilePattern(source);
        return { name, pattern: () => pattern };
      }),
    ];
    this.#literals = [...new Set(literals)].flatMap(literalForms);
  }

  /** In order, none over another: what overlaps or touches is one. */
  find(bytes: Uint8Array): readonly Hit[] {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const hits: Hit[] = [];
    for (const literal of this.#literals) {
      for (let at = view.indexOf(literal); at >= 0; at = view.indexOf(literal, at + 1))
        hits.push({ start: at, end: at + literal.length, name: "literal" });
    }
    // One character for each byte, so that places in the text are places in the bytes.
    const text = view.toString("latin1");
    const lower = text.toLowerCase();
    for (const { name, pattern, needs } of this.#patterns) {
      if (needs !== undefined && !needs.some((need) => lower.includes(need))) continue;
      if (!pattern().test(text)) continue;
      for (const { start, end } of pattern().places(text)) hits.push({ start, end, name });
    }
    return merged(hits);
  }
}

function once(source: string): () => Pattern {
  let compiled: Pattern | undefined;
  return () => {
    compiled ??= compilePattern(source);
    return compiled;
  };
}

function merged(hits: readonly Hit[]): readonly Hit[] {
  const whole: Hit[] = [];
  for (const hit of hits.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = whole.at(-1);
    if (last === undefined || hit.start >= last.end) whole.push(hit);
    else if (hit.end > last.end) whole[whole.length - 1] = { ...last, end: hit.end };
  }
  return whole;
}
