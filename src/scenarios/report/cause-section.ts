import type { Exemplar, ShownRecord } from "../differences/case-differences.ts";
import type { Cluster } from "../differences/cluster.ts";
import { caseAnchor, causeAnchor } from "./case-section.ts";
import { hexView } from "./hex-view.ts";
import { html, type Markup } from "./markup.ts";

import { sideBySide } from "./side-by-side.ts";

/** Names shown under a cause; the page lists every case further down. */
const NAMES_MAX = 50;

/** One cause: how often, where, and one example of it in full. */
export function causeSection(cluster: Cluster): Markup {
  const { id, signature, signatures, differences, cases, exemplar, exemplarCase } = cluster;
  const more = cases.length > NAMES_MAX ? html` and ${cases.length - NAMES_MAX} more` : undefined;
  return html`<section class="panel" id="${causeAnchor(cluster)}">
<h3 class="signature">${signature}</h3>
<p>${counted(differences, "difference")} in ${counted(cases.length, "case")}; accept it with <code>fieldtape suite accept --cluster ${id} --reason "…"</code></p>
${signatures.length === 1 ? undefined : html`<p class="note">It also shows as:</p><ul>${signatures.slice(1, NAMES_MAX).map((other) => html`<li class="signature">${other}</li>`)}</ul>`}
<h4>For example, in <a href="#${caseAnchor(exemplarCase)}">${exemplarCase}</a></h4>
${exemplarView(exemplar)}
<details><summary>its cases</summary><p>${cases.slice(0, NAMES_MAX).map((name) => html`<a href="#${caseAnchor(name)}">${name}</a> `)}${more}</p></details>
</section>
`;
}

/** One difference: both records side by side, the bytes that brought it about, and the records around it. */
export function exemplarView(exemplar: Exemplar): Markup {
  const { expected, actual, context, states, tape } = exemplar;
  return html`${sideBySide(expected, actual)}
${tape.bytes === undefined ? undefined : hexView(tape.bytes)}
${stateView("state before", states.before)}${stateView("state expected then", states.expected)}${stateView("state said then", states.actual)}
<details><summary>the records around it</summary>
${recordsView("expected", context.expected, expected)}
${recordsView("said", context.actual, actual)}
</details>`;
}

function stateView(name: string, state: ShownRecord | undefined): Markup | undefined {
  return state === undefined
    ? undefined
    : html`<p class="note">${name}: <code>${state.text}</code></p>
`;
}

function recordsView(
  name: string,
  around: { readonly before: readonly ShownRecord[]; readonly after: readonly ShownRecord[] },
  here: ShownRecord | undefined,
): Markup {
  const line = (record: ShownRecord, isHere: boolean): Markup =>
    html`<span class="${isHere ? "here" : "around"}">${String(record.line).padStart(6)}  ${record.text}</span>
`;
  return html`<figure><figcaption>${name}</figcaption><pre class="records">${around.before.map((record) => line(record, false))}${
    here === undefined
      ? html`<span class="here">        nothing</span>
`
      : line(here, true)
  }${around.after.map((record) => line(record, false))}</pre></figure>`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
