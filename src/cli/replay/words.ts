import type { Hit } from "../../replayer/breakpoint.ts";
import type { Seek } from "../../replayer/deck.ts";
import type { LatenessFigures } from "../../replayer/lateness.ts";
import type { Unstable } from "../../replayer/repeat-check.ts";
import { formatRecord } from "../../tape/line.ts";
import type { ReaderFacts } from "../../tape/reader.ts";
import { formatDuration } from "../../time/duration.ts";
import type { Nanos } from "../../time/nanos.ts";
import { plural } from "../plural.ts";
import type { Tally } from "./tally.ts";

const RECORD_MAX = 600;

export interface Summary {
  readonly tally: Tally;
  /** How much of the tape was played. */
  readonly span: Nanos;
  /** Real time that it took. */
  readonly took: Nanos;
  readonly seek: Seek | undefined;
  readonly lateness: LatenessFigures | undefined;
  /** Records found alike in a comparison. */
  readonly compared: number | undefined;
  readonly diverged: boolean;
  readonly facts: ReaderFacts;
  /** The tape was read to its end. */
  readonly whole: boolean;
}

/** The last words about a replay, on stderr. */
export function summaryWords(summary: Summary): string {
  const { tally, span, took, seek, compared, diverged } = summary;
  const rate = took > 0 ? Math.round(tally.fed / (took / 1e9)) : 0;
  const lines = [
    `${plural(tally.fed, "record")}: ${tally.words}; ${formatDuration(rounded(span))} of tape in ${formatDuration(rounded(took))} (${rate} records/s)`,
  ];
  if (seek !== undefined) lines.push(`${seek.type} seek: ${plural(seek.replayed, "record")} replayed to get there`);
  if (summary.lateness !== undefined) lines.push(latenessWords(summary.lateness));
  if (compared !== undefined && !diverged) lines.push(`no divergence: ${plural(compared, "output")} alike`);
  return [...lines, ...notes(summary)].join("\n");
}

function latenessWords({ p50, p99, max }: LatenessFigures): string {
  return `lateness p50 ${formatDuration(rounded(p50))}, p99 ${formatDuration(rounded(p99))}, max ${formatDuration(rounded(max))}`;
}

/** What a person should know about the tape that was read. */
function notes({ facts, whole }: Summary): readonly string[] {
  const told: string[] = [];
  if (facts.damagedCount > 0) {
    const [first] = facts.damaged;
    const where = first === undefined ? "" : `, first lines ${first.firstLine} to ${first.lastLine}`;
    told.push(
      `note: ${plural(facts.damagedCount, "block")} of the tape ${facts.damagedCount === 1 ? "does" : "do"} not match ${facts.damagedCount === 1 ? "its hash" : "their hashes"}: edited by hand, or damaged${where}`,
    );
  }
  if (whole && facts.tornBytes > 0) told.push("note: the tape's last line is torn and was not read");
  if (whole && facts.end === undefined && facts.hashLines > 0) told.push("note: the tape was not closed cleanly");
  return told;
}

/** Where a breakpoint stopped the replay. */
export function hitWords({ record, line, at }: Hit, tape: string): string {
  return `break: ${tape}, line ${line}, at ${formatDuration(at)}\n  ${clipped(formatRecord(record))}`;
}

/** Two runs of the same thing that differ. */
export function unstableWords({ output, first, second }: Unstable): string {
  const told = (line: string | undefined): string => (line === undefined ? "nothing more" : clipped(line));
  return `unstable: two runs differ at output ${output}\n  first   ${told(first)}\n  second  ${told(second)}`;
}

/** Microseconds are enough for words. */
function rounded(span: number): number {
  return span < 1e6 ? span : Math.round(span / 1000) * 1000;
}

function clipped(text: string): string {
  return text.length <= RECORD_MAX ? text : `${text.slice(0, RECORD_MAX)}… (${text.length} characters)`;
}
