import type { Json } from "../../bytes/json.ts";
import type { ShownRecord } from "../differences/case-differences.ts";
import { html, type Markup } from "./markup.ts";

/** Rows of one comparison: more are not read. */
const ROWS_MAX = 200;

/** Two records member by member, what was expected beside what was said; the members that differ stand out. */
export function sideBySide(expected: ShownRecord | undefined, actual: ShownRecord | undefined): Markup {
  const before = membersOf(expected);
  const after = membersOf(actual);
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  const rows = paths.slice(0, ROWS_MAX).map((path) => {
    const [was, is] = [before.get(path), after.get(path)];
    const same = was === is;
    return html`<tr class="${same ? "same" : "differs"}"><th scope="row">${path}</th><td>${was ?? html`<i>nothing</i>`}</td><td>${is ?? html`<i>nothing</i>`}${same ? undefined : html` <span class="flag">differs</span>`}</td></tr>
`;
  });
  const more =
    paths.length > ROWS_MAX ? html`<p class="note">and ${paths.length - ROWS_MAX} more members</p>` : undefined;
  return html`<div class="wide"><table class="sides"><thead><tr><th></th><th>expected${lineOf(expected)}</th><th>said${lineOf(actual)}</th></tr></thead><tbody>
${rows}</tbody></table></div>${more}`;
}

function lineOf(record: ShownRecord | undefined): string {
  return record === undefined ? "" : ` (line ${record.line})`;
}

/** Path → value as JSON. A record that was cut is one text. */
function membersOf(record: ShownRecord | undefined): Map<string, string> {
  const members = new Map<string, string>();
  if (record === undefined) return members;
  try {
    collect("", JSON.parse(record.text), members);
  } catch {
    members.set("(cut)", record.text);
  }
  return members;
}

function collect(path: string, value: Json, into: Map<string, string>): void {
  const plain = typeof value !== "object" || value === null || isFlat(value);
  if (plain) {
    into.set(path, JSON.stringify(value));
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) collect(path === "" ? key : `${path}.${key}`, member, into);
  }
}

/** A list of plain values is read best on one line. */
function isFlat(value: Json): boolean {
  return Array.isArray(value) && value.every((item) => typeof item !== "object");
}
