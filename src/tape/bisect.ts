import { Buffer } from "node:buffer";
import { type FileHandle, open } from "node:fs/promises";
import { ZERO } from "../time/nanos.ts";
import { FileSource } from "./file-source.ts";
import { LINE_MAX } from "./limits.ts";
import { parseRecord } from "./line.ts";
import { lineAt } from "./line-at.ts";
import { walkLines } from "./line-walk.ts";

/** What is left to walk through when halving stops. */
const NEAR_BYTES = 65_536;
const FIRST_READ_BYTES = 4_096;
/** A hash line, which knows its line number, stands at least every 64 KiB. */
const HASH_LINE_REACH = 4 * 65_536;
const NEWLINE = 0x0a;

/**
 * Finds a line's first byte so that every line before it has an `at` earlier than `at`, and little more than 64 KiB of such lines follow it:
 * by halving, since `at` never goes back. For plain tapes without an index.
 */
export async function bisect(path: string, at: number): Promise<number> {
  const handle = await open(path, "r");
  try {
    return await halved(handle, (await handle.stat()).size, at);
  } finally {
    await handle.close();
  }
}

/** The number of the line that begins at `byte`: by the next hash line, which counts the lines before it, else by counting. */
export async function lineOfByte(path: string, byte: number): Promise<number> {
  const from = Math.max(0, byte - HASH_LINE_REACH);
  await using source = await FileSource.open(path);
  let passed = 0;
  let target: number | undefined;
  let known: { readonly passed: number; readonly records: number } | undefined;
  await walkLines(source.chunks(from), from, (line) => {
    // The first one may be a part of a line.
    if (line.byte === byte) target = passed;
    if (line.byte > from && isHashLine(line.bytes, line.start)) {
      const record = parseRecord(line.bytes, line.start, line.end, ZERO);
      if (record.type === "block" || record.type === "end") known = { passed, records: record.records };
    }
    passed++;
    return line.byte >= byte + HASH_LINE_REACH || (line.byte >= byte && (from === 0 || known !== undefined));
  });
  target ??= passed;
  if (from === 0) return target + 1;
  return known === undefined ? await counted(source, byte) : known.records + 1 + target - known.passed;
}

async function counted(source: FileSource, byte: number): Promise<number> {
  let line = 1;
  await walkLines(source.chunks(0), 0, (walked) => {
    if (walked.byte >= byte) return true;
    line++;
    return false;
  });
  return line;
}

/** `{"type":"block"` or `{"type":"end"`. */
function isHashLine(bytes: Buffer, start: number): boolean {
  const letter = bytes[start + 9];
  return bytes[start + 2] === 0x74 && (letter === 0x62 || letter === 0x65);
}

async function halved(handle: FileHandle, size: number, at: number): Promise<number> {
  let low = 0;
  let high = size;
  while (high - low > NEAR_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const found = await firstLineAfter(handle, middle, high);
    if (found !== undefined && found.at < at) low = found.byte;
    else high = middle;
  }
  return low;
}

/** The first whole line that begins after byte `from` and has an `at`. */
async function firstLineAfter(
  handle: FileHandle,
  from: number,
  to: number,
): Promise<{ readonly byte: number; readonly at: number } | undefined> {
  for (let length = FIRST_READ_BYTES; ; length *= 4) {
    const wanted = Math.min(length, to - from + LINE_MAX);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(wanted), 0, wanted, from);
    const bytes = buffer.subarray(0, bytesRead);
    let start = bytes.indexOf(NEWLINE) + 1;
    for (let end = start === 0 ? -1 : bytes.indexOf(NEWLINE, start); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      const at = lineAt(bytes, start, end);
      if (at !== undefined) return { byte: from + start, at };
      start = end + 1;
    }
    if (bytesRead < wanted || wanted < length) return undefined;
  }
}
