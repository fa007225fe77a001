import type { CaseOutcome, CaseResult } from "../case-result.ts";

/** What happened, as plain lines: for reports that are read elsewhere than on a terminal. */
export function outcomeText(outcome: CaseOutcome): string {
  switch (outcome.type) {
    case "passed":
      return "";
    case "different":
    case "unstable":
    case "failed":
      return outcome.words;
    case "unmet":
      return outcome.unmet
        .map(({ key, why, record }) => `${key}: ${why}${record === undefined ? "" : `\n  ${record}`}`)
        .join("\n");
    case "broken":
      return `the relation ${outcome.relation} does not hold\n${outcome.words}`;
    case "new":
      return "there is no golden yet";
    case "orphan":
      return "a golden without a scenario";
    case "unexplained":
      return `the tape has ${outcome.gaps} gap(s), and the scenario does not say why that is right`;
    case "untrusted":
      return `this case must show itself (${outcome.canary}), and it ${outcome.was}: the run cannot be trusted`;
  }
}

/** Until when a case does not count, and who said so. */
export function quarantineText({ owner, reason, until, expired }: NonNullable<CaseResult["quarantine"]>): string {
  return `in quarantine until ${until}${expired === true ? ", which is over: it counts again" : ""} (${owner}: ${reason})`;
}
