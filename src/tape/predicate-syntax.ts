import { FieldtapeError } from "../errors.ts";
import { compilePattern, type Pattern } from "./pattern.ts";
import { invalid, type Token, tokenize } from "./predicate-tokens.ts";

/** What a predicate says, as data. `docs/predicates.md` is the grammar's page. */
export type Expression =
  | { readonly type: "and" | "or"; readonly parts: readonly Expression[] }
  | { readonly type: "not"; readonly part: Expression }
  | { readonly type: "exists"; readonly path: Path }
  | { readonly type: "compare"; readonly path: Path; readonly operator: Operator; readonly literal: Literal }
  | { readonly type: "in"; readonly path: Path; readonly literals: readonly Literal[] }
  | { readonly type: "match"; readonly path: Path; readonly pattern: Pattern };

export type Path = readonly [first: string, ...rest: (string | number)[]];
export type Literal = string | number | boolean | null;

const OPERATORS = ["=", "!=", "<", "<=", ">", ">="] as const;
export type Operator = (typeof OPERATORS)[number];

const DEPTH_MAX = 32;
const LIST_MAX = 256;
const PATH_MAX = 16;
const INDEX_MAX = 0xffff_ffff;
const RESERVED: ReadonlySet<string> = new Set(["and", "or", "not", "in", "exists", "true", "false", "null"]);
const CONSTANTS: ReadonlyMap<string, Literal> = new Map<string, Literal>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** @throws FieldtapeError PREDICATE_INVALID, with a caret under the place. */
export function parsePredicate(text: string): Expression {
  const parser = new Parser(text);
  const expression = parser.either(0);
  parser.finish();
  return expression;
}

/** Recursive descent; the depth of recursion is bounded by DEPTH_MAX. */
class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  /** either := both { "or" both } */
  either(depth: number): Expression {
    const first = this.#both(depth);
    if (!this.#isWord("or")) return first;
    const parts = [first];
    while (this.#takeWord("or")) parts.push(this.#both(depth));
    return { type: "or", parts };
  }

  finish(): void {
    const token = this.#peek();
    if (token.type === "end") return;
    const hint = token.type === "sign" && token.text === "=" ? 'equality is a single "="' : undefined;
    throw invalid(this.#text, token.start, 'expected "and", "or" or the end', hint);
  }

  /** both := one { "and" one } */
  #both(depth: number): Expression {
    const first = this.#one(depth);
    if (!this.#isWord("and")) return first;
    const parts = [first];
    while (this.#takeWord("and")) parts.push(this.#one(depth));
    return { type: "and", parts };
  }

  /** one := "not" one | "(" either ")" | test */
  #one(depth: number): Expression {
    if (depth > DEPTH_MAX) throw this.#refused(`more than ${DEPTH_MAX} levels of "not" and parentheses`);
    if (this.#takeWord("not")) return { type: "not", part: this.#one(depth + 1) };
    if (!this.#takeSign("(")) return this.#test();
    const inner = this.either(depth + 1);
    if (!this.#takeSign(")")) throw this.#refused('expected ")"');
    return inner;
  }

  /** test := path ( "exists" | operator literal | "in" list | "~" string ) */
  #test(): Expression {
    const path = this.#path();
    if (this.#takeWord("exists")) return { type: "exists", path };
    if (this.#takeWord("in")) return { type: "in", path, literals: this.#list() };
    if (this.#takeSign("~")) return { type: "match", path, pattern: this.#pattern() };
    for (const operator of OPERATORS) {
      if (this.#takeSign(operator)) return { type: "compare", path, operator, literal: this.#literal(operator) };
    }
    const hint = `to ask whether it is there, write "${path[0]} exists"`;
    throw this.#refused(`expected one of ${OPERATORS.join(" ")} ~ in exists`, hint);
  }

  /** path := word { "." ( word | string ) | "[" ( index | string ) "]" } */
  #path(): Path {
    const first = this.#peek();
    if (first.type === "number" || first.type === "string")
      throw this.#refused("expected a name", "the name of a member stands left of the operator");
    if (first.type !== "word" || RESERVED.has(first.text)) throw this.#refused('expected a name, "not" or "("');
    this.#next++;
    const rest: (string | number)[] = [];
    for (;;) {
      if (this.#takeSign(".")) rest.push(this.#member());
      else if (this.#takeSign("[")) rest.push(this.#element());
      else return [first.text, ...rest];
      if (rest.length >= PATH_MAX) throw this.#refused(`more than ${PATH_MAX} steps in a path`);
    }
  }

  #member(): string {
    const token = this.#peek();
    if (token.type !== "word" && token.type !== "string") throw this.#refused('expected a name after "."');
    this.#next++;
    return token.text;
  }

  #element(): string | number {
    const token = this.#peek();
    const step = token.type === "number" ? token.value : token.type === "string" ? token.text : undefined;
    const valid = typeof step === "string" || (Number.isInteger(step) && step !== undefined && step >= 0);
    if (!valid || step === undefined || (typeof step === "number" && step > INDEX_MAX))
      throw this.#refused("expected an index from 0 up, or a name in quotes");
    this.#next++;
    if (!this.#takeSign("]")) throw this.#refused('expected "]"');
    return step;
  }

  /** literal := number | duration | string | word | "true" | "false" | "null" */
  #literal(after: string): Literal {
    const token = this.#peek();
    if (token.type === "number" || token.type === "string") {
      this.#next++;
      return token.type === "number" ? token.value : token.text;
    }
    const constant = token.type === "word" ? CONSTANTS.get(token.text) : undefined;
    if (token.type !== "word" || (constant === undefined && RESERVED.has(token.text))) {
      const hint = token.type === "sign" && token.text === "=" ? 'equality is a single "="' : undefined;
      throw this.#refused(`expected a value after "${after}"`, hint);
    }
    this.#next++;
    const sign = this.#peek();
    if (sign.type === "sign" && (sign.text === "." || sign.text === "["))
      throw this.#refused("two members cannot be compared", "a text with dots or brackets stands in quotes");
    return constant === undefined ? token.text : constant;
  }

  #list(): readonly Literal[] {
    if (!this.#takeSign("[")) throw this.#refused('expected "[" after "in"');
    const literals: Literal[] = [];
    do {
      if (literals.length >= LIST_MAX) throw this.#refused(`more than ${LIST_MAX} values in a list`);
      literals.push(this.#literal(literals.length === 0 ? "[" : ","));
    } while (this.#takeSign(","));
    if (!this.#takeSign("]")) throw this.#refused('expected "," or "]"');
    return literals;
  }

  #pattern(): Pattern {
    const token = this.#peek();
    if (token.type !== "string") throw this.#refused('expected a pattern in quotes after "~"');
    this.#next++;
    try {
      return compilePattern(token.verbatim);
    } catch (thrown) {
      if (!(thrown instanceof FieldtapeError)) throw thrown;
      throw invalid(this.#text, token.start, thrown.message, thrown.hint);
    }
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { type: "end", start: this.#text.length };
  }

  #isWord(text: string): boolean {
    const token = this.#peek();
    return token.type === "word" && token.text === text;
  }

  #takeWord(text: string): boolean {
    if (!this.#isWord(text)) return false;
    this.#next++;
    return true;
  }

  #takeSign(text: string): boolean {
    const token = this.#peek();
    if (token.type !== "sign" || token.text !== text) return false;
    this.#next++;
    return true;
  }

  #refused(why: string, hint?: string): FieldtapeError {
    return invalid(this.#text, this.#peek().start, why, hint);
  }
}
