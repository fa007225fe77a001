import type { Said } from "../../replayer/divergence.ts";
import { compilePredicate, type Predicate } from "../../tape/predicate.ts";
import type { Rule } from "./rule.ts";
import type { ExpectationWith } from "./schema.ts";

type Scoped = Pick<ExpectationWith<"never">, "after" | "until">;

/** Every record, or every one of a kind, is like this. */
export function always(expectation: ExpectationWith<"always">): Rule {
  const isRight = compilePredicate(expectation.always);
  const when = optional(expectation.when);
  const isWrong: Predicate = (record) => (when?.(record) ?? true) && !isRight(record);
  return firstWrong(isWrong, expectation, `not always so: ${expectation.always}`);
}

/** No record is like this while the rule holds. */
export function never(expectation: ExpectationWith<"never">): Rule {
  return firstWrong(compilePredicate(expectation.never), expectation, `said, and never to be: ${expectation.never}`);
}

function firstWrong(isWrong: Predicate, scope: Scoped, why: string): Rule {
  const after = optional(scope.after);
  const until = optional(scope.until);
  let holds = after === undefined;
  let wrong: Said | undefined;
  return {
    take(record) {
      if (holds && until?.(record) === true) holds = false;
      if (holds && isWrong(record)) wrong ??= record;
      if (after?.(record) === true) holds = true;
    },
    breach: () => (wrong === undefined ? undefined : { why, record: wrong }),
  };
}

function optional(text: string | undefined): Predicate | undefined {
  return text === undefined ? undefined : compilePredicate(text);
}
