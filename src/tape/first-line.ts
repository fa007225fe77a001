import type { Buffer } from "node:buffer";
import { FieldtapeError } from "../errors.ts";
import { LINE_MAX } from "./limits.ts";
import type { HeaderRecord } from "./record.ts";
import { TapeScanner } from "./scanner.ts";
import { isSchemaOne } from "./schema-one.ts";
import { SchemaOneScanner } from "./schema-one-scanner.ts";

/** What the beginning of a file says about the rest. */
export interface FirstLine {
  readonly schema: 1 | 2;
  /** A golden and a fragment have none, and neither has a tape whose first line is torn. */
  readonly header: HeaderRecord | undefined;
}

/** How a golden and a fragment begin: they have no header, and what else their first line may be shows when it is read. */
const PART = /^\{"type":"(?!header")[a-z]+","at":[0-9]/;
const NEWLINE = 0x0a;
const OPENING = '{"type":"';

/** How the beginning of any tape of ours looks, also when the disk took no more than a part of line 1. */
const looksTorn = (head: Buffer): boolean => {
  const text = head.toString("latin1", 0, OPENING.length);
  return text.length > 0 && OPENING.startsWith(text);
};

/**
 * Judges a file by its beginning, which reaches to the first newline, or to the end of the file, or beyond what a line may have.
 * @throws FieldtapeError TAPE_MALFORMED saying why it is no tape, LIMIT_EXCEEDED, TAPE_UNSUPPORTED
 */
export function judgeFirstLine(head: Buffer, file: string): FirstLine {
  if (head.length === 0) throw emptyFile(file);
  const end = head.indexOf(NEWLINE) + 1;
  if (end === 0 && head.length < LINE_MAX) {
    if (looksTorn(head)) return { schema: 2, header: undefined };
    throw noTape(file, "it has not one whole line", importHint(file));
  }
  if (end === 0 || end > LINE_MAX) throw tooLong(file);
  const line = head.toString("utf8", 0, end - 1);
  if (!/^[ \t\r]*\{/.test(line)) throw noTape(file, `its first line is ${described(head)}`, importHint(file));
  if (PART.test(line)) return { schema: 2, header: undefined };
  const schema = isSchemaOne(line) ? 1 : 2;
  const options = { file, verify: false };
  const scanner = schema === 1 ? new SchemaOneScanner(options) : new TapeScanner(options);
  scanner.append(head.subarray(0, end));
  return { schema, header: scanner.header };
}

function described(head: Buffer): string {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return "preceded by a byte order mark";
  return "no JSON object";
}

const importHint = (file: string): string => `fieldtape import ${file} reads captures of other programs`;

const noTape = (file: string, why: string, hint: string): FieldtapeError =>
  new FieldtapeError("TAPE_MALFORMED", `${file} is no tape: ${why}`, { file, line: 1, hint });

/** A recording makes its file and writes the header next: who kills it between the two leaves this. */
export const emptyFile = (file: string): FieldtapeError =>
  noTape(
    file,
    "it is empty",
    "a recording that was killed before its first line leaves such a file: nothing was on it",
  );

const tooLong = (file: string): FieldtapeError =>
  new FieldtapeError(
    "LIMIT_EXCEEDED",
    `${file}:1: the line is longer than the ${LINE_MAX} bytes that a line may have`,
    {
      file,
      line: 1,
      hint: importHint(file),
    },
  );
