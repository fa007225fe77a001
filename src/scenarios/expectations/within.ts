import type { Said } from "../../replayer/divergence.ts";
import { compilePredicate } from "../../tape/predicate.ts";
import { formatDuration } from "../../time/duration.ts";
import type { Rule } from "./rule.ts";
import type { ExpectationWith } from "./schema.ts";

/** After each record of one kind, one of another kind is said soon enough in tape time. One answers all that wait for it. */
export function within({ within: span, after, comes }: ExpectationWith<"within">): Rule {
  const [asks, answers] = [compilePredicate(after), compilePredicate(comes)];
  let waiting: Said[] = [];
  let late: Said | undefined;
  return {
    take(record) {
      late ??= waiting.find(({ at }) => record.at - at > span);
      if (answers(record)) waiting = [];
      if (asks(record)) waiting.push(record);
    },
    breach() {
      const record = late ?? waiting[0];
      return record === undefined
        ? undefined
        : { why: `not followed within ${formatDuration(span)} by: ${comes}`, record };
    },
  };
}
