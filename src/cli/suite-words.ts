import { relative } from "node:path";
import process from "node:process";
import { type CaseOutcome, type CaseResult, type Unmet, verdict } from "../scenarios/case-result.ts";
import { EXIT, EXIT_OF_ERROR, type ExitCode } from "./exit.ts";
import type { SuiteReport } from "./suite-run.ts";

/** The exit code that an outcome stands for. */
export function exitOf(outcome: CaseOutcome): ExitCode {
  switch (outcome.type) {
    case "passed":
      return EXIT.ok;
    case "different":
    case "unmet":
    case "broken":
      return EXIT.different;
    case "unstable":
      return EXIT.unstable;
    case "new":
    case "orphan":
    case "unexplained":
      return EXIT.incomplete;
    case "failed":
      return EXIT_OF_ERROR[outcome.code];
  }
}

/** The last line of a run. */
export function suiteSummary({ results, seconds }: SuiteReport): string {
  const passed = results.filter(({ outcome }) => outcome.type === "passed").length;
  const cases = `${results.length} ${results.length === 1 ? "case" : "cases"}`;
  return `${cases}: ${passed} passed, ${results.length - passed} not, in ${seconds.toFixed(1)} s`;
}

/** A case that did not pass, for a person: what happened, and what to do. */
export function caseWords({ name, outcome }: CaseResult): string {
  return [`${verdict(outcome)}: ${name}`, ...detail(outcome).flatMap((text) => text.split("\n"))].join("\n  ");
}

const UNMET_SHOWN = 10;

function unmetWords({ key, why, record }: Unmet): string[] {
  return [`${key}: ${why}`, ...(record === undefined ? [] : [`  ${record}`])];
}

function detail(outcome: CaseOutcome): string[] {
  switch (outcome.type) {
    case "passed":
      return [];
    case "different":
      return [outcome.words, `all that it says now: ${relative(process.cwd(), outcome.pending)}`];
    case "unmet":
      return outcome.unmet.slice(0, UNMET_SHOWN).flatMap(unmetWords);
    case "broken":
      return [`the relation ${outcome.relation} does not hold`, outcome.words];
    case "new":
      return [
        `there is no golden; what it says now: ${relative(process.cwd(), outcome.pending)}`,
        'accept it with fieldtape suite accept CASE --reason "…"',
      ];
    case "orphan":
      return [`${outcome.folder} has a golden and no scenario`];
    case "unexplained":
      return [`the tape has ${outcome.gaps} gap(s); say under "gaps" in scenario.yaml why that is right`];
    case "unstable":
      return ["two runs of the same case differ", outcome.words];
    case "failed":
      return [outcome.words];
  }
}
