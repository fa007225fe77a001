import { FieldtapeError } from "../errors.ts";
import { parseDuration } from "../time/duration.ts";

/** A piece of a predicate's text. `start` is where it stands, for the caret of an error. */
export type Token =
  | { readonly type: "word"; readonly text: string; readonly start: number }
  | { readonly type: "string"; readonly text: string; readonly start: number; readonly verbatim: string }
  | { readonly type: "number"; readonly value: number; readonly text: string; readonly start: number }
  | { readonly type: "sign"; readonly text: string; readonly start: number }
  | { readonly type: "end"; readonly start: number };

export const PREDICATE_LENGTH_MAX = 4_096;

const BLANKS = /[ \t\r\n]*/y;
const WORD = /[A-Za-z_][A-Za-z0-9_-]*/y;
const NUMBER = /-?[0-9][0-9A-Za-z.µμ]*(?:(?<=[eE])[+-][0-9]+)?/y;
const SIGN = /!=|<=|>=|[=<>~()[\].,]/y;
const HEX = /^-?0[xX][0-9a-fA-F]+$/;
const DECIMAL = /^-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
/** How far around the error its line is shown. */
const SHOWN = 60;

/** @throws FieldtapeError PREDICATE_INVALID, with a caret under the place. */
export function tokenize(text: string): readonly Token[] {
  if (text.length > PREDICATE_LENGTH_MAX)
    throw new FieldtapeError("PREDICATE_INVALID", `the predicate is longer than ${PREDICATE_LENGTH_MAX} characters`);
  const tokens: Token[] = [];
  let at = end(BLANKS, text, 0);
  while (at < text.length) {
    const token = tokenAt(text, at);
    tokens.push(token.token);
    at = end(BLANKS, text, token.end);
  }
  tokens.push({ type: "end", start: text.length });
  return tokens;
}

/** An error that shows where in the predicate it stands. */
export function invalid(text: string, at: number, why: string, hint?: string): FieldtapeError {
  const from = Math.max(0, at - SHOWN);
  const shown = text.slice(from, at + SHOWN).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ");
  const message = `${why} (column ${at + 1})\n  ${shown}\n  ${" ".repeat(at - from)}^`;
  return new FieldtapeError("PREDICATE_INVALID", message, hint === undefined ? {} : { hint });
}

function tokenAt(text: string, at: number): { token: Token; end: number } {
  const first = text.charAt(at);
  if (first === '"' || first === "'") return stringAt(text, at, first);
  const word = matched(WORD, text, at);
  if (word !== "") return { token: { type: "word", text: word, start: at }, end: at + word.length };
  const digits = matched(NUMBER, text, at);
  if (digits !== "") {
    const value = numberOf(text, at, digits);
    return { token: { type: "number", value, text: digits, start: at }, end: at + digits.length };
  }
  const sign = matched(SIGN, text, at);
  if (sign === "") throw invalid(text, at, "nothing in a predicate begins like this", signHint(text, at));
  return { token: { type: "sign", text: sign, start: at }, end: at + sign.length };
}

function signHint(text: string, at: number): string | undefined {
  const two = text.slice(at, at + 2);
  if (two === "&&") return 'write "and"';
  if (two === "||") return 'write "or"';
  return two.startsWith("!") ? 'write "not", or "!=" for unequal' : undefined;
}

/**
 * A quoted string. `text` has its escapes resolved; `verbatim` keeps every backslash but that before the quote, which is how a
 * pattern is read: `~ "\d+"` needs no doubling.
 */
function stringAt(text: string, at: number, quote: string): { token: Token; end: number } {
  let resolved = "";
  let verbatim = "";
  for (let index = at + 1; index < text.length; index++) {
    const char = text.charAt(index);
    if (char === quote) return { token: { type: "string", text: resolved, verbatim, start: at }, end: index + 1 };
    if (char !== "\\") {
      resolved += char;
      verbatim += char;
      continue;
    }
    const [meaning, length] = escapeAt(text, index);
    const written = text.slice(index, index + length);
    resolved += meaning;
    verbatim += written === `\\${quote}` ? quote : written;
    index += length - 1;
  }
  throw invalid(text, at, "the string is not closed");
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", "0": "\0" };

/** What an escape means and how long it is. A backslash before any other character stays as it is. */
function escapeAt(text: string, at: number): readonly [meaning: string, length: number] {
  const next = text.charAt(at + 1);
  if (next === '"' || next === "'" || next === "\\") return [next, 2];
  const plain = ESCAPES[next];
  if (plain !== undefined) return [plain, 2];
  const digits = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/.exec(text.slice(at, at + 6));
  const code = digits?.[1] ?? digits?.[2];
  if (code === undefined) return ["\\", 1];
  return [String.fromCharCode(Number.parseInt(code, 16)), code.length + 2];
}

/** Decimal, hex, or a duration in nanoseconds. */
function numberOf(text: string, at: number, digits: string): number {
  if (HEX.test(digits)) {
    const value = digits.startsWith("-") ? -Number(digits.slice(1)) : Number(digits);
    if (!Number.isSafeInteger(value)) throw invalid(text, at, `${digits} is beyond 2⁵³`);
    return value;
  }
  if (DECIMAL.test(digits)) {
    const value = Number(digits);
    if (!Number.isFinite(value)) throw invalid(text, at, `${digits} is too large`);
    return value;
  }
  try {
    return digits.startsWith("-") ? -parseDuration(digits.slice(1)) : parseDuration(digits);
  } catch (thrown) {
    const hint = thrown instanceof FieldtapeError ? thrown.hint : undefined;
    throw invalid(text, at, `${JSON.stringify(digits)} is no number and no duration`, hint);
  }
}

function matched(shape: RegExp, text: string, at: number): string {
  shape.lastIndex = at;
  return shape.exec(text)?.[0] ?? "";
}

function end(shape: RegExp, text: string, at: number): number {
  return at + matched(shape, text, at).length;
}
