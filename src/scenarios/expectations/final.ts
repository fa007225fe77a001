import type { Said } from "../../replayer/divergence.ts";
import { compilePredicate } from "../../tape/predicate.ts";
import type { Rule } from "./rule.ts";
import type { ExpectationWith } from "./schema.ts";

/** The last state of each machine on each channel is like this; at least one machine says states. */
export function final({ final: text, of = "value.type = state" }: ExpectationWith<"final">): Rule {
  const [isState, isRight] = [compilePredicate(of), compilePredicate(text)];
  const last = new Map<string, Said>();
  return {
    take(record) {
      if (isState(record)) last.set(placeOf(record), record);
    },
    breach() {
      if (last.size === 0) return { why: `no state was said: ${of}` };
      const wrong = [...last.values()].find((record) => !isRight(record));
      return wrong === undefined ? undefined : { why: `the last state is not: ${text}`, record: wrong };
    },
  };
}

function placeOf(record: Said): string {
  return record.type === "raw" ? `raw/${record.channel}` : `${record.machine}/${record.channel ?? ""}`;
}
