import { relative } from "node:path";
import process from "node:process";
import { type CaseOutcome, type CaseResult, type Unmet, verdict } from "../../scenarios/case-result.ts";
import { type CaseFindings, clustersOf } from "../../scenarios/differences/cluster.ts";
import { quarantineText } from "../../scenarios/report/outcome-text.ts";
import { clustersWords } from "../cluster-words.ts";
import { EXIT, EXIT_OF_ERROR, type ExitCode } from "../exit.ts";
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
    case "untrusted":
      return EXIT.incomplete;
    case "failed":
      return EXIT_OF_ERROR[outcome.code];
  }
}

/** The exit code that a case stands for: what is in quarantine does not count. */
export function exitOfCase({ outcome, quarantine }: CaseResult): ExitCode {
  return quarantine === undefined || quarantine.expired === true ? exitOf(outcome) : EXIT.ok;
}

/** The last line of a run. */
export function suiteSummary({ result, cached, seconds }: SuiteReport): string {
  const known = cached === 0 ? "" : ` (${cached} of them unchanged since they last did)`;
  const { shard } = result;
  const part = shard === undefined ? "" : `part ${shard.index} of ${shard.of}, `;
  return `${part}${countWords(result.cases, known)}, in ${seconds.toFixed(1)} s`;
}

/** How many cases passed, and how many did not. */
export function countWords(results: readonly CaseResult[], known = ""): string {
  const passed = results.filter(({ outcome }) => outcome.type === "passed").length;
  const quarantined = results.filter(({ quarantine }) => quarantine?.expired === false).length;
  const cases = `${results.length} ${results.length === 1 ? "case" : "cases"}`;
  const over = results.filter(({ quarantine }) => quarantine?.expired === true).length;
  const asides = [
    ...(quarantined === 0 ? [] : [`${quarantined} in quarantine`]),
    ...(over === 0 ? [] : [`${over} whose quarantine is over`]),
  ];
  const aside = asides.length === 0 ? "" : ` (${asides.join(", ")})`;
  return `${cases}: ${passed} passed${known}, ${results.length - passed} not${aside}`;
}

/** Cases of one verdict shown whole, and those named beyond them. */
const WHOLE_MAX = 5;
const NAMED_MAX = 20;

/** What did not pass, for a person: what differs cause by cause, then each other verdict; bounded, however many cases there are. */
export function runWords(results: readonly CaseResult[]): string[] {
  const differing = differingCases(results);
  const known = new Map(differing.map(({ name, differences }) => [name, differences]));
  const causes = clustersWords(clustersOf(differing), { differencesOf: (name) => known.get(name) });
  const others = new Map<string, CaseResult[]>();
  for (const result of results) {
    const word = verdict(result.outcome);
    if (word === "passed" || word === "different") continue;
    const group = others.get(word) ?? [];
    others.set(word, group);
    group.push(result);
  }
  return [...causes, ...[...others.values()].flatMap(verdictWords)];
}

function verdictWords(results: readonly CaseResult[]): string[] {
  const [first] = results;
  if (first === undefined || results.length <= WHOLE_MAX) return results.map(caseWords);
  const named = results.slice(WHOLE_MAX, WHOLE_MAX + NAMED_MAX).map(({ name }) => `${verdict(first.outcome)}: ${name}`);
  const left = results.length - WHOLE_MAX - named.length;
  const more = left > 0 ? [`… and ${left} more that are ${verdict(first.outcome)}; --json lists all`] : [];
  return [...results.slice(0, WHOLE_MAX).map(caseWords), [...named, ...more].join("\n")];
}

/** The cases whose golden differs, and in what. */
export function differingCases(results: readonly CaseResult[]): readonly CaseFindings[] {
  return results.flatMap(({ name, outcome }) =>
    outcome.type === "different" ? [{ name, differences: outcome.differences }] : [],
  );
}

/** A case that did not pass, for a person: what happened, and what to do. */
export function caseWords({ name, outcome, quarantine }: CaseResult): string {
  const known = quarantine === undefined ? [] : [quarantineText(quarantine)];
  const lines = [...known, ...detail(name, outcome)].flatMap((text) => text.split("\n"));
  return [`${verdict(outcome)}: ${name}`, ...lines].join("\n  ");
}

const UNMET_SHOWN = 10;

function unmetWords({ key, why, record }: Unmet): string[] {
  return [`${key}: ${why}`, ...(record === undefined ? [] : [`  ${record}`])];
}

function detail(name: string, outcome: CaseOutcome): string[] {
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
        `accept it with fieldtape suite accept ${name} --reason "…"`,
      ];
    case "orphan":
      return [`${outcome.folder} has a golden and no scenario`];
    case "unexplained":
      return [`the tape has ${outcome.gaps} gap(s); say under "gaps" in scenario.yaml why that is right`];
    case "unstable":
      return ["two runs of the same case differ", outcome.words];
    case "untrusted":
      return [`this canary is there to show that the suite notices (${outcome.canary}), and it ${outcome.was}`];
    case "failed":
      return [outcome.words];
  }
}
