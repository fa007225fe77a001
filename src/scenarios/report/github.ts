import { type CaseResult, verdict } from "../case-result.ts";
import { type Cluster, clustersOf } from "../differences/cluster.ts";
import { outcomeText } from "./outcome-text.ts";

/** GitHub shows no more than so many annotations of a step. */
const ANNOTATIONS_MAX = 10;
const ROWS_MAX = 200;

export interface GithubReport {
  /** Workflow commands, one a line: what stands beside the files of a pull request. */
  readonly annotations: readonly string[];
  /** The job's summary, in Markdown. */
  readonly summary: string;
}

/** A run for GitHub Actions: a summary of causes and cases, and an annotation for each of the first that count. `corpus`: where it lies in the repository. */
export function githubReport(results: readonly CaseResult[], corpus: string): GithubReport {
  const open = results.filter(({ outcome }) => outcome.type !== "passed");
  const counting = open.filter(({ quarantine }) => quarantine === undefined || quarantine.expired === true);
  const differing = open.flatMap(({ name, outcome }) =>
    outcome.type === "different" ? [{ name, differences: outcome.differences }] : [],
  );
  const lines = [
    "## fieldtape",
    "",
    `**${results.length}** cases, **${results.length - open.length}** passed, **${counting.length}** failed, ${open.length - counting.length} in quarantine`,
    ...causes(clustersOf(differing)),
    ...table(open),
  ];
  return {
    annotations: counting.slice(0, ANNOTATIONS_MAX).map((result) => annotation(result, corpus)),
    summary: `${lines.join("\n")}\n`,
  };
}

function causes(clusters: readonly Cluster[]): string[] {
  if (clusters.length === 0) return [];
  const rows = clusters.slice(0, ROWS_MAX).map(({ cases, differences, signatures }) => {
    return `| ${cases.length} | ${differences} | ${code(signatures.join("; "))} |`;
  });
  return ["", "| cases | differences | cause |", "|--:|--:|---|", ...rows, ...rest(clusters.length)];
}

function table(open: readonly CaseResult[]): string[] {
  if (open.length === 0) return [];
  const rows = open.slice(0, ROWS_MAX).map((result) => {
    const { name, outcome, quarantine } = result;
    const aside =
      quarantine === undefined
        ? ""
        : `, quarantine ${quarantine.expired === true ? "expired" : `until ${quarantine.until}`}`;
    return `| ${code(name)} | ${verdict(outcome)}${aside} | ${code(outcomeText(outcome).split("\n", 1)[0] ?? "")} |`;
  });
  return ["", "| case | | |", "|---|---|---|", ...rows, ...rest(open.length)];
}

function rest(count: number): string[] {
  return count > ROWS_MAX ? ["", `and ${count - ROWS_MAX} more`] : [];
}

/** What comes from a device is no Markdown. */
function code(text: string): string {
  return text === "" ? "" : `<code>${text.replace(/[&<>|\r\n]/g, (c) => `&#${c.charCodeAt(0)};`)}</code>`;
}

function annotation({ name, outcome }: CaseResult, corpus: string): string {
  const file = `${corpus}/${name}/scenario.yaml`;
  return `::error file=${property(file)},title=${property(`${verdict(outcome)}: ${name}`)}::${message(outcomeText(outcome))}`;
}

/** Workflow commands end at a line's end, and their properties at a comma or colon. */
function message(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return message(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
