import type { CheckReport, Finding } from "../tape/check.ts";
import type { Inspection, WholeInspection } from "../tape/inspect.ts";
import type { Hole } from "../tape/mend.ts";
import type { RecoverReport } from "../tape/recover.ts";
import type { ChannelSurvey, Survey } from "../tape/survey.ts";
import { formatDuration } from "../time/duration.ts";
import { inZone, type Zone } from "../time/zone.ts";
import { plural } from "./plural.ts";

const LISTED = 20;

/** What a tape is and holds, for a person, with dates in that zone. */
export function inspectionWords(inspection: Inspection, zone: Zone): string {
  const { path, size, schema, compressed, header, closed, segments, whole } = inspection;
  const recorder = header?.recorder;
  return [
    `${path}: schema ${schema}, ${bytesWords(size)}${compressed ? ", compressed" : ""}`,
    line("id", header === undefined ? "none: a golden or a fragment" : plain(header.id)),
    line("time", timeWords(inspection, zone)),
    line("closed", closed === undefined ? "not closed cleanly" : plain(closed)),
    ...(recorder === undefined ? [] : [line("recorder", plain(`${recorder.version} ${recorder.git}`.trim()))]),
    ...(segments.length === 0
      ? []
      : [
          line(
            "segment",
            `${header?.segment ?? 0}; beside it ${listed(segments, (segment) => plain(segment)).join(", ")}`,
          ),
        ]),
    ...(whole === undefined ? ["  read it without --quick for the rest"] : wholeWords(whole)),
  ].join("\n");
}

/** What is wrong with a tape, a line each; then what is worth knowing and no damage. */
export function checkWords(report: CheckReport): string {
  const { path, findings, findingsCount, lines, hashLines } = report;
  const more = findingsCount - findings.length;
  const verdict =
    findingsCount > 0
      ? `${findingsCount} ${findingsCount === 1 ? "thing is" : "things are"} wrong`
      : hashLines === 0
        ? "nothing is wrong that can be seen without hashes"
        : "whole";
  return [
    `${path}: ${verdict} (${plural(lines, "line")}, ${plural(hashLines, "hash line")})`,
    ...findings.map((finding) => `  ${findingWords(finding)}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
    ...remarks(report).map((remark) => `  ${remark}`),
    ...(findingsCount > 0 ? [`  fieldtape tape recover ${path} keeps everything that is whole`] : []),
  ].join("\n");
}

/** What recovering a tape came to. */
export function recoverWords(path: string, report: RecoverReport): string {
  const { out, kept, holes, closedCleanly } = report;
  const oddities: readonly (readonly [happened: number | boolean, words: string])[] = [
    [holes.count, `${plural(holes.count, "hole")} of ${bytesWords(holes.bytes)} in all, each a gap of cause damage`],
    [report.compressionDamaged, "the compressed data was damaged"],
    [report.nulBytes, `${report.nulBytes} of these bytes were NULs, as a power cut leaves them`],
    [report.headerLost, "it had no header: the new one has a made-up id"],
    [report.laterHeaders, `${plural(report.laterHeaders, "more tape")} in the same file, put behind the first in time`],
    [report.timesMended, `${plural(report.timesMended, "time")} that could not be, now that of the record before`],
    [report.channelsDeclared, `${plural(report.channelsDeclared, "channel")} whose declaration was lost`],
    [report.altered, `${plural(report.altered, "block")} altered without a trace, each marked`],
    [report.blobsLost, `${plural(report.blobsLost, "blob")} lost, each marked`],
    [!closedCleanly, "it was not closed cleanly"],
  ];
  return [
    `${out}: ${plural(kept, "record")} of ${path}`,
    ...oddities.flatMap(([happened, words]) => (happened === false || happened === 0 ? [] : [`  ${words}`])),
    ...listed(holes.first, holeWords).map((words) => `    ${words}`),
  ].join("\n");
}

/** A size as people say it. */
export function bytesWords(bytes: number): string {
  if (bytes < 1000) return plural(bytes, "byte");
  const units = ["kB", "MB", "GB", "TB"];
  let size = bytes / 1000;
  let unit = 0;
  for (; size >= 999.95 && unit < units.length - 1; unit++) size /= 1000;
  return `${size.toFixed(1)} ${units[unit] ?? ""}`;
}

/** Text from a tape must not move a terminal's cursor. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}

/** The same for words of several lines. */
export const plainLines = (text: string): string => text.split("\n").map(plain).join("\n");

function timeWords({ from, until, duration }: Inspection, zone: Zone): string {
  const [first, last] = [from, until].map((date) => (date === undefined ? undefined : inZone(date, zone)));
  if (duration === undefined) return first === undefined ? "nothing is recorded" : `from ${first}`;
  const dates = first === undefined || last === undefined ? "" : `${first} to ${last}, `;
  return `${dates}${formatDuration(duration)}`;
}

function wholeWords({ lines, survey, rates, hashes, tornBytes }: WholeInspection): string[] {
  const types = Object.entries(survey.types).map(([type, number]) => `${number} ${plain(type)}`);
  const machines = Object.entries(survey.machines).map(
    ([machine, { inputs, outputs }]) => `${plain(machine)} (${plural(inputs, "input")}, ${plural(outputs, "output")})`,
  );
  return [
    line("lines", `${lines}: ${types.join(", ")}`),
    line("rates", `${rates.records.toFixed(1)} records and ${bytesWords(Math.round(rates.bytes))} a second`),
    line("channels", survey.channelCount === 0 ? "none" : String(survey.channelCount)),
    ...listed(survey.channels, channelWords).map((words) => `    ${words}`),
    ...(machines.length === 0 ? [] : [line("machines", listed(machines, (words) => words).join(", "))]),
    ...gapWords(survey),
    ...markWords(survey),
    ...(survey.blobs.count === 0
      ? []
      : [line("blobs", `${survey.blobs.count} of ${bytesWords(survey.blobs.bytes)} in all`)]),
    ...(survey.steps === 0 ? [] : [line("clock", `set ${plural(survey.steps, "time")} while recording`)]),
    line("hashes", hashWords(hashes)),
    ...(tornBytes === 0 ? [] : [line("torn", `the last line, ${plural(tornBytes, "byte")} of it, was never finished`)]),
  ];
}

function channelWords({ channel, name, kind, source, rx, tx, gaps, opened, link }: ChannelSurvey): string {
  const wire = (dir: string, { reads, bytes }: { reads: number; bytes: number }): string =>
    `${dir} ${bytesWords(bytes)} in ${plural(reads, "read")}`;
  const lost = gaps === 0 ? "" : `, ${plural(gaps, "gap")}`;
  return `${channel} ${plain(name)} (${kind}, ${plain(source)}): ${wire("rx", rx)}, ${wire("tx", tx)}${linkWords(opened, link)}${lost}`;
}

/** A link that never opened was refused, or not answered. */
function linkWords(opened: number, link: ChannelSurvey["link"]): string {
  if (link === "unknown") return "";
  if (opened === 0) return ", link never open";
  return `, link ${link}${opened > 1 ? ` after ${opened} openings` : ""}`;
}

function gapWords({ gaps }: Survey): string[] {
  if (gaps.count === 0) return [];
  const causes = Object.entries(gaps.causes).map(([cause, number]) => `${number} ${cause}`);
  const first = listed(gaps.first, ({ line: number, at, channel, dir, cause, bytes }) => {
    const where = channel === undefined ? "all channels" : `channel ${channel}`;
    const size = bytes === undefined ? "" : ` ${plural(bytes, "byte")}`;
    return `line ${number} at ${formatDuration(at)} ${where}${dir === undefined ? "" : ` ${dir}`}: ${cause}${size}`;
  });
  const known = gaps.bytes === 0 ? "" : `, ${bytesWords(gaps.bytes)} known to be lost`;
  return [line("gaps", `${gaps.count}: ${causes.join(", ")}${known}`), ...first.map((words) => `    ${words}`)];
}

function markWords({ marks }: Survey): string[] {
  if (marks.count === 0) return [];
  const first = listed(
    marks.first,
    ({ line: number, at, label }) => `line ${number} at ${formatDuration(at)}: ${plain(label).slice(0, 200)}`,
  );
  return [line("marks", String(marks.count)), ...first.map((words) => `    ${words}`)];
}

function hashWords({ state, hashLines, damagedBlocks, unsealedBytes }: WholeInspection["hashes"]): string {
  if (state === "none") return "none";
  const verdict = state === "whole" ? "whole" : `${plural(damagedBlocks, "block")} damaged, or edited by hand`;
  const rest = unsealedBytes === 0 ? "" : `, ${bytesWords(unsealedBytes)} after the last not vouched for`;
  return `${verdict} (${plural(hashLines, "hash line")})${rest}`;
}

function findingWords(finding: Finding): string {
  switch (finding.type) {
    case "damaged-block":
      return `lines ${finding.firstLine} to ${finding.lastLine} (block ${finding.block}) do not match their hash: damaged, or edited by hand`;
    case "unreadable-line":
    case "misplaced-record":
      return `line ${finding.line}: ${plain(finding.why)}`;
    case "wrong-count":
      return `line ${finding.line}: says that ${plural(finding.records, "line")} stand before it`;
    case "damaged-blob":
      return `line ${finding.line}: the blob ${finding.sha256} ${BLOB_WORDS[finding.why]}`;
    case "broken-previous":
      return `line ${finding.line}: does not go on from the segment before it, ${plain(finding.segment)}`;
    case "broken-compression":
      return `line ${finding.line}: ${plain(finding.why)}`;
  }
}

const BLOB_WORDS = {
  missing: "is not there",
  size: "has another size",
  digest: "has other bytes",
} as const;

function remarks({ unsealedBytes, tornBytes, closed, previousGone }: CheckReport): string[] {
  return [
    ...(unsealedBytes === 0 ? [] : [`${bytesWords(unsealedBytes)} after the last hash line are not vouched for`]),
    ...(tornBytes === 0 ? [] : [`the last line was never finished (${plural(tornBytes, "byte")}) and is not read`]),
    ...(closed ? [] : ["it was not closed cleanly"]),
    ...(previousGone ? ["the segment before it was not kept"] : []),
  ];
}

const holeWords = ({ line: number, byte, bytes, why }: Hole): string =>
  `line ${number}, byte ${byte}: ${plural(bytes, "byte")}, ${why}`;

const line = (name: string, words: string): string => `  ${name.padEnd(9)} ${words}`;

function listed<T>(things: readonly T[], words: (thing: T) => string): string[] {
  const shown = things.slice(0, LISTED).map(words);
  return things.length > LISTED ? [...shown, "… (--json has more)"] : shown;
}
