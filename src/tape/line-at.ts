import { Buffer } from "node:buffer";

const TYPE = Buffer.from('{"type":"');
const AT = Buffer.from(',"at":');
const QUOTE = 0x22;

/**
 * The `at` of the line `bytes[start, end)`, without reading the rest of it where it is written in the canonical layout. `undefined` if
 * it has none, or is no JSON.
 */
export function lineAt(bytes: Buffer, start: number, end: number): number | undefined {
  if (!standsAt(bytes, TYPE, start)) return parsedAt(bytes, start, end);
  const typeEnd = bytes.indexOf(QUOTE, start + TYPE.length);
  if (typeEnd === -1 || typeEnd >= end || !standsAt(bytes, AT, typeEnd + 1)) return parsedAt(bytes, start, end);
  let at = 0;
  let read = typeEnd + 1 + AT.length;
  for (let digit = (bytes[read] ?? 0) - 0x30; digit >= 0 && digit <= 9; digit = (bytes[read] ?? 0) - 0x30) {
    at = at * 10 + digit;
    read++;
  }
  const follows = bytes[read];
  return follows === 0x2c || follows === 0x7d ? at : parsedAt(bytes, start, end);
}

function parsedAt(bytes: Buffer, start: number, end: number): number | undefined {
  try {
    const line: unknown = JSON.parse(bytes.toString("utf8", start, end));
    if (typeof line !== "object" || line === null || !("at" in line)) return undefined;
    return typeof line.at === "number" && Number.isSafeInteger(line.at) && line.at >= 0 ? line.at : undefined;
  } catch {
    return undefined;
  }
}

function standsAt(bytes: Buffer, word: Buffer, start: number): boolean {
  for (let index = 0; index < word.length; index++) if (bytes[start + index] !== word[index]) return false;
  return true;
}

/** Letters with which the types `raw`, `input` and `output` begin: nearly all lines, which say nothing about those after them. */
const FREQUENT: ReadonlySet<number | undefined> = new Set([0x72, 0x69, 0x6f]);

/** Whether the line is, by its canonical beginning, of a type that no one needs to look at who looks for anything else. */
export function isFrequent(bytes: Buffer, start: number): boolean {
  return FREQUENT.has(bytes[start + TYPE.length]) && standsAt(bytes, TYPE, start);
}
