import type { RedactionReport } from "../../bundle/redaction/report.ts";
import { plural } from "../plural.ts";

/** What was done to a tape, a line each. */
export function redactionWords(report: RedactionReport): readonly string[] {
  const { framer, fields, secrets, scrambled, kept, fillers, aliased, dropped, tries, behaviour } = report;
  return [
    ...(framer === undefined ? ["  rules for fields were NOT applied: it is not known whose frames they are"] : []),
    ...fields.map(({ machine, path, values }) => `  ${machine}: ${plural(values, "value")} of ${path} replaced`),
    ...secrets.map(({ name, count }) => `  ${plural(count, "secret")} found by ${name}`),
    ...(scrambled === 0 ? [] : [`  ${plural(scrambled, "fault")} with other bytes`]),
    ...(kept === 0 ? [] : [`  ${plural(kept, "fault")} of a few bytes kept: others would fail in another way`]),
    ...(fillers.count === 0
      ? []
      : [`  ${plural(fillers.bytes, "byte")} gave way in ${plural(fillers.count, "place")}: a gap says so`]),
    ...(aliased === 0 ? [] : [`  ${plural(aliased, "name")} and values around the traffic have an alias`]),
    ...dropped.map(({ type, count }) => `  left out: ${plural(count, `${type} record`)}`),
    ...(tries === 1 ? [] : [`  tried ${plural(tries, "time")}, with other bytes for what failed`]),
    behaviourWords(behaviour),
  ];
}

/** The verdict, and what to make of it. */
export function behaviourWords(behaviour: RedactionReport["behaviour"]): string {
  switch (behaviour.verdict) {
    case "same": {
      const { subject, compared, follows } = behaviour;
      const also = follows.length === 0 ? "" : `; what follows from them too: ${follows.join(", ")}`;
      return `behaves the same in ${subject}: ${plural(compared, "record")} compared, only the redacted fields differ${also}`;
    }
    case "different": {
      const { subject, compared, difference } = behaviour;
      const where = `at ${(difference.at / 1e9).toFixed(6)} s${difference.machine === undefined ? "" : `, ${difference.machine}`}`;
      return `BEHAVES DIFFERENTLY in ${subject}: after ${plural(compared, "record")} that agree, ${where}: ${difference.what}`;
    }
    case "not-compared":
      return `not proven to behave the same: ${behaviour.why}`;
  }
}
