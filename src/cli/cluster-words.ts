import { relative } from "node:path";
import process from "node:process";
import type { CaseDifferences, Exemplar, ShownBytes, ShownRecord } from "../scenarios/differences/case-differences.ts";
import type { Cluster } from "../scenarios/differences/cluster.ts";
import { formatDuration } from "../time/duration.ts";
import { nanos } from "../time/nanos.ts";
import { plural } from "./plural.ts";

/** Causes shown with their exemplar, and those named in one line each; the rest is only counted. */
const SHOWN_MAX = 5;
const NAMED_MAX = 20;
const CASES_NAMED = 5;
const SIGNATURES_NAMED = 5;
/** Characters of a record or value. */
const TEXT_MAX = 240;

export interface ClusterWordsOptions {
  /** How a case differs, by its name. */
  readonly differencesOf: (name: string) => CaseDifferences | undefined;
}

/** What changed, cause by cause: bounded, however many causes and cases there are. */
export function clustersWords(clusters: readonly Cluster[], options: ClusterWordsOptions): string[] {
  const total = clusters.length;
  const shown = clusters.slice(0, SHOWN_MAX).map((cluster, index) => {
    return [`cause ${index + 1} of ${total}: ${cluster.id}`, ...clusterWords(cluster, options)].join("\n  ");
  });
  const named = clusters
    .slice(SHOWN_MAX, SHOWN_MAX + NAMED_MAX)
    .map((cluster, index) => `cause ${SHOWN_MAX + index + 1} of ${total}: ${summary(cluster)}`);
  const left = total - shown.length - named.length;
  return [...shown, ...named, ...(left > 0 ? [`… and ${left} more causes; --json lists all`] : [])];
}

function summary({ id, signature, cases }: Cluster): string {
  return `${id}  ${plural(cases.length, "case")}  ${signature}`;
}

/** One cause in full: its signatures, its cases, and the first of its differences with what stands around it. */
export function clusterWords(cluster: Cluster, { differencesOf }: ClusterWordsOptions): string[] {
  const { id, signatures, differences, cases, alone, exemplar, exemplarCase } = cluster;
  const { diff, gaveUp } = differencesOf(exemplarCase) ?? {};
  const mixed = cases.length - alone;
  const others = mixed === 0 ? "" : `; ${mixed} of them ${mixed === 1 ? "has" : "have"} other causes too`;
  return [
    ...firstOf(signatures, SIGNATURES_NAMED, "\n").split("\n"),
    `${plural(differences, "difference")} in ${plural(cases.length, "case")}${others}: ${firstOf(cases, CASES_NAMED, ", ")}`,
    ...exemplarLines(exemplar, exemplarCase),
    ...(gaveUp === true
      ? [`${exemplarCase} has too little in common with its golden: its records were paired in order`]
      : []),
    ...(diff === undefined ? [] : [`all differences of ${exemplarCase}: ${relative(process.cwd(), diff)}`]),
    `if this is right: fieldtape suite accept --cluster ${id} --reason "…"`,
  ];
}

/** The difference, three records around it, the states before and after, and the bytes that it came from. */
function exemplarLines(exemplar: Exemplar, name: string): string[] {
  const { expected, actual, context, states, tape } = exemplar;
  const at = (actual ?? expected)?.at ?? 0;
  const common = expected === undefined ? context.actual : context.expected;
  return [
    `first seen in ${name}, tape line ${tape.line}, at ${formatDuration(nanos(at))}:`,
    ...common.before.map((record) => `    ${textOf(record)}`),
    ...(expected === undefined ? [] : [`  - ${textOf(expected)}`]),
    ...(actual === undefined ? [] : [`  + ${textOf(actual)}`]),
    ...common.after.map((record) => `    ${textOf(record)}`),
    ...valueLines(exemplar),
    ...stateLines(states),
    ...(tape.bytes === undefined ? [] : [`bytes     ${bytesText(tape.bytes)}`]),
  ];
}

function valueLines({ kind, path, before, after }: Exemplar): string[] {
  if (path === "") return [];
  if (kind === "moved") return [`${path}: ${after}`];
  return [
    `${path}: ${before === undefined ? "(absent)" : cut(before)} → ${after === undefined ? "(absent)" : cut(after)}`,
  ];
}

function stateLines({ before, expected, actual }: Exemplar["states"]): string[] {
  const state = (record: ShownRecord | undefined): string =>
    record === undefined ? "none" : cut(valueText(record), 100);
  if (before === undefined && expected === undefined && actual === undefined) return [];
  return [`state before   ${state(before)}`, `state expected ${state(expected)}`, `state now      ${state(actual)}`];
}

function valueText({ text }: ShownRecord): string {
  return text.replace(/^.*?"value":/, "").replace(/}$/, "");
}

/** Hex, the bytes that are meant in brackets. */
function bytesText({ channel, dir, start, hex, span: [offset, length] }: ShownBytes): string {
  const from = Math.max(0, offset - start) * 2;
  const to = Math.max(from, Math.min(hex.length, (offset + length - start) * 2));
  return `${hex.slice(0, from)}[${hex.slice(from, to)}]${hex.slice(to)}  (channel ${channel} ${dir}, from byte ${start})`;
}

const textOf = ({ text }: ShownRecord): string => cut(text);

const cut = (text: string, max: number = TEXT_MAX): string =>
  printable(text.length <= max ? text : `${text.slice(0, max)}…`);

/** JSON leaves the controls beyond ASCII as they are; a terminal may obey them. */
const printable = (text: string): string => text.replace(/[\u007f-\u009f]/g, "·");

function firstOf(names: readonly string[], max: number, joint: string): string {
  const left = names.length - max;
  return [...names.slice(0, max), ...(left > 0 ? [`… ${left} more`] : [])].join(joint);
}
