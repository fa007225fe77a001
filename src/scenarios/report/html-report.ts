import type { CaseResult } from "../case-result.ts";
import type { Cluster } from "../differences/cluster.ts";
import { type CasePicture, caseAnchor, caseSection, causeAnchor, verdictView } from "./case-section.ts";
import { causeSection, counted } from "./cause-section.ts";
import { html, type Markup } from "./markup.ts";
import { PAGE_STYLE } from "./page-style.ts";

export interface HtmlReportInput {
  /** What was run, as the page's title. */
  readonly title: string;
  /** fieldtape's version, or versions. */
  readonly version: string;
  readonly results: readonly CaseResult[];
  /** Ranked, as `clustersOf` gives them. */
  readonly clusters: readonly Cluster[];
  /** Pictures of cases by name; a case without one is told in words. */
  readonly pictures: ReadonlyMap<string, CasePicture>;
}

/** Sections on one page: beyond it a browser, and a person, gives up. All names are listed all the same. */
const CAUSES_MAX = 100;
const CASES_MAX = 300;
const NAMES_MAX = 20_000;

/**
 * A run as one HTML page that needs nothing else: no script, no font, no picture from elsewhere. The same run gives the same bytes.
 */
export function htmlReport(input: HtmlReportInput): string {
  const { title, results, clusters } = input;
  const failed = results.filter(({ outcome }) => outcome.type !== "passed");
  const passed = results.filter(({ outcome }) => outcome.type === "passed");
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="note">fieldtape ${input.version}</p>
${overview(results.length, passed.length, clusters.length)}
</header>
<main>
${causes(clusters)}
${cases(failed, input)}
${names(passed)}
</main>
</body>
</html>
`;
  return page.text;
}

function overview(all: number, passed: number, clusters: number): Markup {
  return html`<ul class="numbers">
<li><b>${all}</b> cases</li>
<li><b class="verdict passed">${passed}</b> passed</li>
<li><b class="verdict ${all === passed ? "passed" : "bad"}">${all - passed}</b> not passed</li>
<li><b>${clusters}</b> causes</li>
</ul>`;
}

function causes(clusters: readonly Cluster[]): Markup | undefined {
  if (clusters.length === 0) return undefined;
  const shown = clusters.slice(0, CAUSES_MAX);
  return html`<h2 id="causes">Causes</h2>
<div class="wide"><table><thead><tr><th>cases</th><th>differences</th><th>cause</th></tr></thead><tbody>
${shown.map(
  (cluster) =>
    html`<tr><td>${cluster.cases.length}</td><td>${cluster.differences}</td><td><a href="#${causeAnchor(cluster)}">${cluster.signature}</a></td></tr>
`,
)}</tbody></table></div>
${rest(clusters.length - shown.length, "cause")}
${shown.map(causeSection)}`;
}

function cases(failed: readonly CaseResult[], { pictures, clusters }: HtmlReportInput): Markup | undefined {
  if (failed.length === 0) return undefined;
  const shown = failed.slice(0, CASES_MAX);
  const listed = clusters.slice(0, CAUSES_MAX);
  const causes = new Map(listed.flatMap((cluster) => cluster.signatures.map((signature) => [signature, cluster])));
  const others = failed.slice(CASES_MAX, CASES_MAX + NAMES_MAX);
  return html`<h2 id="cases">Cases that did not pass</h2>
${shown.map((result) => caseSection(result, pictures.get(result.name), causes))}
${others.length === 0 ? undefined : html`<details><summary>${counted(failed.length - shown.length, "more case")}</summary><ul>${others.map(nameItem)}</ul></details>`}`;
}

function names(passed: readonly CaseResult[]): Markup | undefined {
  if (passed.length === 0) return undefined;
  return html`<h2 id="passed">Passed</h2>
<details><summary>${counted(passed.length, "case")}</summary><ul>${passed.slice(0, NAMES_MAX).map(nameItem)}</ul>${rest(passed.length - NAMES_MAX, "case")}</details>`;
}

function nameItem({ name, outcome }: CaseResult): Markup {
  return html`<li id="${caseAnchor(name)}">${verdictView(outcome)} ${name}</li>
`;
}

function rest(count: number, noun: string): Markup | undefined {
  return count > 0 ? html`<p class="note">and ${counted(count, `more ${noun}`)}</p>` : undefined;
}
