import { toHex } from "../../bytes/hex.ts";
import type { Json } from "../../bytes/json.ts";
import { pathText, type Said } from "../../replayer/divergence.ts";
import type { Placed } from "../../replayer/placed.ts";
import type { Whereabouts } from "../../replayer/whereabouts.ts";
import { formatRecord } from "../../tape/line.ts";
import type { Exemplar, ShownRecord } from "./case-differences.ts";
import { type Difference, speakerOf } from "./difference.ts";

type Records = readonly Placed<Said>[];

/** Records shown on each side of a difference. */
const CONTEXT = 3;
/** How far a state is looked for on each side. */
const STATE_SEARCH_MAX = 1_000;
/** Characters of a record that is meant, of one around it, and of a value. */
const RECORD_MAX = 2_000;
const NEIGHBOUR_MAX = 400;
const VALUE_MAX = 500;

export interface Recordings {
  readonly expected: Records;
  readonly actual: Records;
}

/** A difference with what stands around it. */
export function exemplarOf(difference: Difference, { expected, actual }: Recordings, where: Whereabouts): Exemplar {
  const left = "expected" in difference ? difference.expected : undefined;
  const right = "actual" in difference ? difference.actual : undefined;
  const next = "next" in difference ? difference.next : 0;
  const leftAround = around(expected, left?.line ?? next, left !== undefined);
  const rightAround = around(actual, right?.line ?? next, right !== undefined);
  const subject = left?.record ?? right?.record;
  const before = subject && stateNear(leftAround.before, subject);
  const expectedState = subject && stateNear(leftAround.from, subject);
  const actualState = subject && stateNear(rightAround.from, subject);
  return {
    kind: difference.kind,
    stream: difference.stream,
    type: difference.type,
    path: "path" in difference ? pathText(difference.path) : "",
    ...valuesOf(difference),
    ...(left === undefined ? {} : { expected: shown(left, RECORD_MAX) }),
    ...(right === undefined ? {} : { actual: shown(right, RECORD_MAX) }),
    context: { expected: neighbours(leftAround), actual: neighbours(rightAround) },
    states: {
      ...(before === undefined ? {} : { before }),
      ...(expectedState === undefined ? {} : { expected: expectedState }),
      ...(actualState === undefined ? {} : { actual: actualState }),
    },
    tape: shownPlace(where),
  };
}

function valuesOf(difference: Difference): { before?: string; after?: string } {
  switch (difference.kind) {
    case "changed":
      return {
        ...(difference.before === undefined ? {} : { before: valueText(difference.before) }),
        ...(difference.after === undefined ? {} : { after: valueText(difference.after) }),
      };
    case "renamed":
      return { before: valueText(difference.path.at(-1) ?? ""), after: valueText(difference.to) };
    case "moved":
      return { after: `${difference.by < 0 ? "" : "+"}${difference.by}` };
    case "missing":
    case "unexpected":
      return {};
  }
}

const valueText = (value: Json): string => cut(JSON.stringify(value), VALUE_MAX);

interface Around {
  /** Nearest first, both. */
  readonly before: Records;
  readonly from: Records;
  readonly after: Records;
}

/** What stands before, from and behind a line; `there`: the line itself is the one that is meant. */
function around(records: Records, line: number, there: boolean): Around {
  const index = indexOfLine(records, line);
  const behind = index + (there ? 1 : 0);
  return {
    before: records.slice(Math.max(0, index - STATE_SEARCH_MAX), index).reverse(),
    from: records.slice(index, index + STATE_SEARCH_MAX),
    after: records.slice(behind, behind + CONTEXT),
  };
}

/** Index of the first record on this line or behind it. */
function indexOfLine(records: Records, line: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle]?.line ?? 0) < line) low = middle + 1;
    else high = middle;
  }
  return low;
}

function neighbours({ before, after }: Around): Exemplar["context"]["expected"] {
  const brief = (placed: Placed<Said>): ShownRecord => shown(placed, NEIGHBOUR_MAX);
  return { before: before.slice(0, CONTEXT).reverse().map(brief), after: after.map(brief) };
}

function stateNear(records: Records, { channel }: Said): ShownRecord | undefined {
  const state = records.find(({ record }) => record.channel === channel && speakerOf(record).type === "state");
  return state && shown(state, NEIGHBOUR_MAX);
}

function shown({ line, record }: Placed<Said>, max: number): ShownRecord {
  return { line, at: record.at, text: cut(formatRecord(record), max) };
}

function shownPlace({ line, bytes }: Whereabouts): Exemplar["tape"] {
  if (bytes === undefined) return { line };
  const { channel, dir, start, span } = bytes;
  return { line, bytes: { channel, dir, start, span, hex: toHex(bytes.bytes) } };
}

const cut = (text: string, max: number): string => (text.length <= max ? text : `${text.slice(0, max)}…`);
