import { unreachable } from "../errors.ts";
import { type Expression, type Literal, type Operator, parsePredicate } from "./predicate-syntax.ts";
import type { TapeRecord } from "./record.ts";
import { compilePath, type Found } from "./record-path.ts";

/** Whether a record is one of those that are meant. */
export type Predicate = (record: TapeRecord) => boolean;

/**
 * Compiles a predicate once, to be asked for many records. One language serves breakpoints, expectations, placing faults
 * and filters; `docs/predicates.md` is its page.
 *
 * @throws FieldtapeError PREDICATE_INVALID, with a caret under the place.
 */
export function compilePredicate(text: string): Predicate {
  return compile(parsePredicate(text));
}

function compile(expression: Expression): Predicate {
  switch (expression.type) {
    case "and":
      return all(expression.parts.map(compile));
    case "or":
      return any(expression.parts.map(compile));
    case "not": {
      const part = compile(expression.part);
      return (record) => !part(record);
    }
    case "exists": {
      const find = compilePath(expression.path);
      return (record) => find(record) !== undefined;
    }
    case "compare": {
      const find = compilePath(expression.path);
      const holds = comparison(expression.operator, expression.literal);
      return (record) => holds(find(record));
    }
    case "in": {
      const find = compilePath(expression.path);
      const literals: ReadonlySet<Found> = new Set(expression.literals);
      return (record) => literals.has(find(record));
    }
    case "match": {
      const find = compilePath(expression.path);
      const { pattern } = expression;
      return (record) => {
        const found = find(record);
        return typeof found === "string" && pattern.test(found);
      };
    }
    default:
      return unreachable(expression);
  }
}

function all(parts: readonly Predicate[]): Predicate {
  return (record) => {
    for (const part of parts) if (!part(record)) return false;
    return true;
  };
}

function any(parts: readonly Predicate[]): Predicate {
  return (record) => {
    for (const part of parts) if (part(record)) return true;
    return false;
  };
}

/** What is missing compares as false with everything; what is of another type is unequal, and neither less nor greater. */
function comparison(operator: Operator, literal: Literal): (found: Found) => boolean {
  switch (operator) {
    case "=":
      return (found) => found === literal;
    case "!=":
      return (found) => found !== undefined && found !== literal;
    default:
      if (typeof literal === "number") return ordering(operator, literal);
      return typeof literal === "string" ? ordering(operator, literal) : () => false;
  }
}

/** Numbers by size, texts by UTF-16 code units (so that hex and ISO dates sort as they should). */
function ordering<T extends number | string>(
  operator: Exclude<Operator, "=" | "!=">,
  literal: T,
): (found: Found) => boolean {
  const comparable = (found: Found): found is T => typeof found === typeof literal;
  switch (operator) {
    case "<":
      return (found) => comparable(found) && found < literal;
    case "<=":
      return (found) => comparable(found) && found <= literal;
    case ">":
      return (found) => comparable(found) && found > literal;
    case ">=":
      return (found) => comparable(found) && found >= literal;
    default:
      return unreachable(operator);
  }
}
