import { toHex } from "../bytes/hex.ts";
import { formatRecord } from "../tape/line.ts";
import type { TapeRecord } from "../tape/record.ts";
import { formatDuration } from "../time/duration.ts";
import { type Divergence, divergedAt, type Path, pathText, type SentDivergence } from "./divergence.ts";
import type { BytesAround, Whereabouts } from "./whereabouts.ts";

/** A value or record longer than this is cut: the report stays on one screen. */
const TEXT_MAX = 240;

export interface DivergenceNames {
  /** The tape that was played, and the one that says what was expected (for what a participant sent: the same). */
  readonly tape: string;
  readonly expected: string;
}

/** A divergence for a person to read: where, what was expected, what came, and the bytes that it came from. */
export function divergenceWords(divergence: Divergence, where: Whereabouts, names: DivergenceNames): string {
  const place = `line ${where.line}, at ${formatDuration(divergedAt(divergence))}`;
  const rows = divergence.type === "sent" ? sentRows(divergence, names) : saidRows(divergence, names);
  const around =
    where.bytes === undefined || divergence.type === "sent" ? [] : [["bytes", bytesText(where.bytes)] as const];
  const width = Math.max(...[...rows, ...around].map(([name]) => name.length));
  const lines = [...rows, ...around].map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
  return [`first divergence: ${names.tape}, ${place}`, ...lines].join("\n");
}

type Row = readonly [name: string, text: string];

function saidRows(divergence: Exclude<Divergence, SentDivergence>, { expected: name }: DivergenceNames): Row[] {
  switch (divergence.type) {
    case "missing": {
      const { line, record } = divergence.expected;
      return [
        ["expected", clipped(formatRecord(record))],
        ["", `(${name}, line ${line})`],
        ["actual", "nothing more"],
      ];
    }
    case "unexpected":
      return [
        ["expected", `nothing more (${name})`],
        ["actual", clipped(formatRecord(divergence.actual))],
      ];
    case "different": {
      const { path, expected, actual } = divergence;
      const left = valueAt(expected.record, path);
      const right = valueAt(actual, path);
      return [
        ["differs in", pathText(path)],
        ["expected", left],
        ["actual", right],
        ["expected record", clipped(formatRecord(expected.record))],
        ["", `(${name}, line ${expected.line})`],
        ["actual record", clipped(formatRecord(actual))],
      ];
    }
  }
}

function sentRows(divergence: SentDivergence, { expected: name }: DivergenceNames): Row[] {
  const { channel, offset, start, expected, actual, line, late } = divergence;
  const recorded = line === 0 ? `nothing (more) is recorded in ${name}` : `recorded in ${name}, line ${line}`;
  const what: Row = ["differs in", `byte ${offset} of what was sent on channel ${channel} (${recorded})`];
  if (late !== undefined) {
    const way = late < 0 ? "earlier" : "later";
    return [what, ["expected", "the same bytes, in time"], ["actual", `${formatDuration(Math.abs(late))} ${way}`]];
  }
  const span = [offset, 1] as const;
  return [
    what,
    ["expected", expected.length <= offset - start ? "nothing more" : hexText(start, expected, span)],
    ["actual", actual.length <= offset - start ? "nothing more" : hexText(start, actual, span)],
  ];
}

/** What stands at the end of the path, as JSON; `(absent)` if nothing does. */
function valueAt(record: TapeRecord, path: Path): string {
  if (record.type === "raw" && path[0] === "bytes" && typeof path[1] === "number")
    return hexText(0, record.bytes, [path[1], 1]);
  let value: unknown = record;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return "(absent)";
    value = Reflect.get(value, step);
  }
  return value === undefined ? "(absent)" : clipped(JSON.stringify(value));
}

function clipped(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}… (${text.length} characters)`;
}

function bytesText({ channel, dir, start, bytes, span }: BytesAround): string {
  return `${hexText(start, bytes, span)}  (channel ${channel} ${dir}, from byte ${start})`;
}

/** Hex, the bytes that are meant in brackets: `00 01 [01 83 02] 5f`. */
function hexText(start: number, bytes: Uint8Array, [offset, length]: readonly [number, number]): string {
  const window = windowOf(start, bytes, offset);
  let text = "";
  for (const [index, byte] of window.bytes.entries()) {
    const at = window.start + index;
    const inside = at >= offset && at < offset + length;
    const first = inside && (at === offset || index === 0);
    const last = inside && (at === offset + length - 1 || index === window.bytes.length - 1);
    text += `${index === 0 ? "" : " "}${first ? "[" : ""}${toHex(Uint8Array.of(byte))}${last ? "]" : ""}`;
  }
  return text;
}

/** At most 96 bytes, from a little before those that are meant. */
function windowOf(start: number, bytes: Uint8Array, offset: number): { start: number; bytes: Uint8Array } {
  const skipped = Math.max(0, offset - start - 16);
  return { start: start + skipped, bytes: bytes.subarray(skipped, skipped + 96) };
}
