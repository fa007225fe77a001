import type { Exemplar, ShownRecord } from "../../scenarios/differences/case-differences.ts";
import type { Cluster } from "../../scenarios/differences/cluster.ts";
import { plural } from "../plural.ts";
import { keyLine } from "./key-table.ts";
import { promptLine } from "./prompt.ts";
import { REVIEW_KEYS } from "./review-keys.ts";
import type { ReviewView } from "./review-view.ts";
import { type Line, line, quiet, type Span, span } from "./span.ts";

const HEAD_LINES = 3;

/** Rows between the head and the foot. */
export function bodyHeight({ size }: ReviewView): number {
  return Math.max(1, size.rows - 1 - HEAD_LINES - 1);
}

/** Above: where the reviewer stands, and what there is to say. */
export function headLines(view: ReviewView): readonly Line[] {
  const { clusters, decisions, cause, level, message, size } = view;
  const cluster = clusters[cause];
  // An earlier review may have rejected what does not differ any more.
  const decided = clusters.filter(({ id }) => decisions.decided.has(id)).length;
  const title = ` review  ${decided} of ${clusters.length} causes decided  ${level} `;
  const note = cluster === undefined ? undefined : decisions.notes.get(cluster.id);
  return [
    [span(title.padEnd(size.columns), "chosen")],
    level === "causes" || cluster === undefined ? [] : line(" ", span(cluster.signature, "strong")),
    message !== undefined
      ? [span(` ${message.text}`, message.bad ? "bad" : "note")]
      : note === undefined
        ? []
        : [span(` note: ${note}`, "note")],
  ];
}

/** Below: what can be done. */
export function footLine({ prompt, size }: ReviewView): Line {
  if (prompt === undefined) return keyLine(REVIEW_KEYS);
  const question = { accept: " right, because:", reject: " wrong, because:", note: " note:" }[prompt.asks];
  return promptLine(question, prompt.text, size.columns);
}

/** All lines of the level; on the list of causes only those around the chosen one are shown. */
export function shownLines(view: ReviewView): readonly Line[] {
  const height = bodyHeight(view);
  const lines = bodyLines(view);
  const top = view.level === "causes" ? Math.max(0, view.cause - height + 1) : view.top;
  return lines.slice(top, top + height);
}

export function bodyLines(view: ReviewView): readonly Line[] {
  const cluster = view.clusters[view.cause];
  if (view.level === "causes") return view.clusters.map((one, index) => causeLine(one, index === view.cause, view));
  if (cluster === undefined) return [];
  return view.level === "cases" ? caseLines(cluster) : recordLines(cluster.exemplar, cluster.exemplarCase);
}

function causeLine({ id, signature, cases, differences }: Cluster, chosen: boolean, { decisions }: ReviewView): Line {
  const decision = decisions.decided.get(id);
  const mark: Span =
    decision === undefined ? quiet(" ? ") : decision.type === "accept" ? span(" ✓ ", "good") : span(" ✗ ", "bad");
  const count = `${counted(cases.length, 5, "case")} ${counted(differences, 7, "difference")}  `;
  const noted = decisions.notes.has(id) ? [span("  (note)", "note")] : [];
  return [mark, span(count, chosen ? "chosen" : "quiet"), span(signature, chosen ? "chosen" : "plain"), ...noted];
}

/** `    1 case `, `   12 cases`: in a column. */
function counted(count: number, width: number, noun: string): string {
  return `${String(count).padStart(width)} ${noun}${count === 1 ? " " : "s"}`;
}

function caseLines({ cases, alone, signatures }: Cluster): readonly Line[] {
  const others = cases.length - alone;
  return [
    ...signatures.slice(1).map((signature) => line(quiet(" also shows as "), signature)),
    line(
      quiet(` ${plural(cases.length, "case")}`),
      ...(others === 0 ? [] : [span(`; ${others} of them only settled together with other causes`, "note")]),
    ),
    ...cases.map((name) => line(`   ${name}`)),
  ];
}

function recordLines(exemplar: Exemplar, name: string): readonly Line[] {
  const { path, before, after, expected, actual, context, states, tape } = exemplar;
  return [
    line(quiet(" in "), name, quiet(tape.line === 0 ? "" : `, at line ${tape.line} of its tape`)),
    line(
      quiet(` ${path === "" ? "the record" : path}  `),
      span(before ?? "nothing", "bad"),
      quiet("  →  "),
      span(after ?? "nothing", "good"),
    ),
    [],
    ...sideLines("expected", context.expected, expected),
    [],
    ...sideLines("said", context.actual, actual),
    ...(tape.bytes === undefined
      ? []
      : [
          [],
          line(quiet(` bytes ${tape.bytes.dir} from ${tape.bytes.start}, the frame at ${tape.bytes.span[0]}`)),
          line(`   ${tape.bytes.hex}`),
        ]),
    ...(states.before === undefined ? [] : [[], line(quiet(" state before  "), states.before.text)]),
    ...(states.expected === undefined ? [] : [line(quiet(" expected then "), states.expected.text)]),
    ...(states.actual === undefined ? [] : [line(quiet(" said then     "), states.actual.text)]),
  ];
}

function sideLines(
  title: string,
  around: { readonly before: readonly ShownRecord[]; readonly after: readonly ShownRecord[] },
  here: ShownRecord | undefined,
): readonly Line[] {
  const shown = (record: ShownRecord, isHere: boolean): Line =>
    line(quiet(`${String(record.line).padStart(7)} `), isHere ? span(valueText(record), "strong") : valueText(record));
  return [
    [span(` ${title}`, "strong")],
    ...around.before.map((record) => shown(record, false)),
    here === undefined ? line(span("        nothing", "note")) : shown(here, true),
    ...around.after.map((record) => shown(record, false)),
  ];
}

/** What an output says; who says it stands above. A terminal is narrow. */
function valueText({ text }: ShownRecord): string {
  return text.replace(/^\{"type":"output".*?"value":(.*)\}$/, "$1");
}
