import type { Said } from "../../replayer/divergence.ts";
import { formatRecord } from "../../tape/line.ts";
import type { Unmet } from "../case-result.ts";
import { absent, counted } from "./counting.ts";
import { final } from "./final.ts";
import { always, never } from "./holding.ts";
import type { Rule } from "./rule.ts";
import type { Expectation } from "./schema.ts";
import { within } from "./within.ts";

/** A record may be a megabyte; this much of its line is told. */
const RECORD_SHOWN_MAX = 2000;

/** The expectations that are not true of what was said, in the order in which they stand. */
export function checkExpectations(expectations: readonly Expectation[], said: readonly Said[]): readonly Unmet[] {
  const rules = expectations.map(ruleOf);
  for (const record of said) for (const rule of rules) rule.take(record);
  return rules.flatMap((rule, index) => {
    const breach = rule.breach();
    if (breach === undefined) return [];
    const { why, record } = breach;
    const line = record === undefined ? {} : { record: formatRecord(record).slice(0, RECORD_SHOWN_MAX) };
    return [{ key: `expect[${index}]`, why, ...line }];
  });
}

function ruleOf(expectation: Expectation): Rule {
  if ("some" in expectation) return counted(expectation);
  if ("absent" in expectation) return absent(expectation);
  if ("always" in expectation) return always(expectation);
  if ("never" in expectation) return never(expectation);
  if ("within" in expectation) return within(expectation);
  return final(expectation);
}
