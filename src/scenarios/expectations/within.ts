import type { Said } from "../../replayer/divergence.ts";
import { compilePredicate } from "../../tape/predicate.ts";
import { formatDuration } from "../../time/duration.ts";
import type { Rule } from "./rule.ts";
import type { ExpectationWith } from "./schema.ts";

/** After each record of one kind, one of another kind is said soon enough in tape time. One answers all that wait for it. */
export function within({ within: span, after, comes }: ExpectationWith<"within">): Rule {
  const [asks, answers] = [compilePredicate(after), compilePredicate(comes)];
  /** The first of those that wait: it is late before any other is. */
  let waiting: Said | undefined;
  let late: Said | undefined;
  return {
    take(record) {
      if (waiting !== undefined && record.at - waiting.at > span) late ??= waiting;
      if (answers(record)) waiting = undefined;
      if (asks(record)) waiting ??= record;
    },
    breach() {
      const record = late ?? waiting;
      return record === undefined
        ? undefined
        : { why: `not followed within ${formatDuration(span)} by: ${comes}`, record };
    },
  };
}
