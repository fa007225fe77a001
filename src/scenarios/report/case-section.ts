import { type CaseOutcome, type CaseResult, verdict } from "../case-result.ts";
import type { Finding } from "../differences/case-differences.ts";
import type { Cluster } from "../differences/cluster.ts";
import { html, type Markup } from "./markup.ts";
import { outcomeText, quarantineText } from "./outcome-text.ts";
import type { Timeline } from "./timeline.ts";
import { drawTimeline } from "./timeline-drawing.ts";

/** What is drawn of a case besides its result. */
export interface CasePicture {
  readonly timeline: Timeline;
  /** Tape time of the first divergence. */
  readonly divergedAt?: number;
  /** The tape is drawn as it was recorded, though faults changed it: where they were, only playing tells. */
  readonly undisturbed?: true;
}

/** The cause that each signature belongs to. */
export type Causes = ReadonlyMap<string, Cluster>;

/** One case that did not pass: what happened, when, and which causes it has. */
export function caseSection(
  { name, outcome, fed, said, quarantine }: CaseResult,
  picture: CasePicture | undefined,
  causes: Causes,
): Markup {
  return html`<section class="panel" id="${caseAnchor(name)}">
<h3>${verdictView(outcome)} ${name}</h3>
<p class="note">${fed} records fed, ${said} said</p>
${quarantine === undefined ? undefined : html`<p class="note">${quarantineText(quarantine)}</p>`}
${outcomeView(outcome, causes)}
${picture === undefined ? undefined : drawTimeline(picture.timeline, picture.divergedAt)}
${picture?.undisturbed === true ? html`<p class="note">What was heard is drawn as it was recorded: a state of the subject starts a fault of scenario.yaml, which then changed it.</p>` : undefined}
</section>
`;
}

/** A place on the page, the same for the same name; names hold slashes and whatever else folders may. */
export function caseAnchor(name: string): string {
  return `case-${name.replace(/[^A-Za-z0-9.-]/gu, (character) => `_${character.codePointAt(0)?.toString(16)}_`)}`;
}

export function causeAnchor({ id }: Pick<Cluster, "id">): string {
  return `cause-${id}`;
}

export function verdictView(outcome: CaseOutcome): Markup {
  const open = outcome.type === "new" || outcome.type === "orphan" || outcome.type === "unexplained";
  const kind = outcome.type === "passed" ? "passed" : open ? "open" : "bad";
  return html`<span class="verdict ${kind}">${verdict(outcome)}</span>`;
}

function outcomeView(outcome: CaseOutcome, causes: Causes): Markup | undefined {
  switch (outcome.type) {
    case "passed":
      return undefined;
    case "different":
      return html`<ul>${outcome.differences.findings.map((finding) => findingView(finding, causes))}</ul><pre>${outcome.words}</pre>`;
    case "unmet":
      return html`<ul>${outcome.unmet.map(({ key, why, record }) => html`<li><code>${key}</code>: ${why}${record === undefined ? undefined : html`<pre>${record}</pre>`}</li>`)}</ul>`;
    default:
      return html`<pre>${outcomeText(outcome)}</pre>`;
  }
}

function findingView({ signature, count }: Finding, causes: Causes): Markup {
  const cause = causes.get(signature);
  const name = html`<span class="signature">${signature}</span>`;
  return html`<li>${cause === undefined ? name : html`<a href="#${causeAnchor(cause)}">${name}</a>`} (${count})</li>`;
}
