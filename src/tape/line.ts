import { Buffer, isUtf8 } from "node:buffer";
import { FieldtapeError, unreachable } from "../errors.ts";
import { type Nanos, nanos } from "../time/nanos.ts";
import { jsonProblem, LINE_MAX } from "./limits.ts";
import { formatPayload, parsePayload } from "./payload.ts";
import type { ChannelRecord, HeaderRecord, TapeRecord } from "./record.ts";
import { headerSchema, parseMembers } from "./schema.ts";

/**
 * One line, without its `\n`, in any valid layout. `previousAt` is the `at` of the record before it, which a record of unknown type
 * without a valid one takes. What may follow what is `LineOrder`'s.
 *
 * @throws FieldtapeError TAPE_MALFORMED saying what is wrong, TAPE_UNSUPPORTED for the header of a later schema; the reader adds file
 *   and line.
 */
export function parseRecord(bytes: Uint8Array, start: number, end: number, previousAt: Nanos): TapeRecord {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  if (!isUtf8(line)) throw malformed("is not valid UTF-8");
  const json = line.toString("utf8");
  const declared = json.startsWith(CHANNEL_START) ? declaredBefore.get(json) : undefined;
  if (declared !== undefined) return declared;
  const members = parseJson(json);
  const parsed = parseMembers(members);
  if (typeof parsed === "string") throw laterSchema(members) ?? malformed(parsed);
  if (parsed.type === "header") return parsed;
  if (parsed.type === "unknown") return { type: "unknown", at: validAt(parsed.at, previousAt), json };
  if (parsed.type === "channel") rememberDeclared(json, parsed);
  if (parsed.type !== "raw") return parsed;
  const payload = parsePayload(parsed.text, parsed.b64);
  if (typeof payload === "string") throw malformed(`"raw" ${payload}`);
  return { type: "raw", at: parsed.at, channel: parsed.channel, dir: parsed.dir, bytes: payload };
}

/** Tapes of a corpus declare the same few channels: a schema's look at one takes longer than playing a small case's bytes. */
const declaredBefore = new Map<string, ChannelRecord>();
const CHANNEL_START = '{"type":"channel"';
const DECLARED_MAX = 64;
const DECLARED_LENGTH_MAX = 1024;

function rememberDeclared(json: string, record: ChannelRecord): void {
  if (!json.startsWith(CHANNEL_START) || json.length > DECLARED_LENGTH_MAX) return;
  if (declaredBefore.size >= DECLARED_MAX) declaredBefore.clear();
  declaredBefore.set(json, record);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed(text === "" ? "is empty" : "is not JSON", cause);
  }
}

function laterSchema(members: unknown): FieldtapeError | undefined {
  const schema = headerSchema(members);
  if (schema === undefined || schema <= 2) return undefined;
  return new FieldtapeError("TAPE_UNSUPPORTED", `the tape is of schema ${schema}; this version reads up to schema 2`, {
    hint: "read it with the version of fieldtape that wrote it, or a later one",
  });
}

function validAt(at: unknown, previousAt: Nanos): Nanos {
  return typeof at === "number" && Number.isSafeInteger(at) && at >= previousAt ? nanos(at) : previousAt;
}

const malformed = (problem: string, cause?: unknown): FieldtapeError =>
  new FieldtapeError("TAPE_MALFORMED", `the line ${problem}`, { cause });

/**
 * The record as its canonical line, without the `\n`: members in the order of docs/tape-format.md, no white space. Records of equal
 * value give equal lines.
 *
 * @throws FieldtapeError LIMIT_EXCEEDED if the line is longer than 1 MiB, or a value nested deeper than 64 levels.
 */
export function formatRecord(record: TapeRecord): string {
  const line = formatMembers(record);
  // A character takes three bytes at most.
  if (line.length * 3 >= LINE_MAX && Buffer.byteLength(line) >= LINE_MAX) throw lineTooLong(record.type);
  return line;
}

export const lineTooLong = (type: string): FieldtapeError =>
  new FieldtapeError("LIMIT_EXCEEDED", `a ${type} record is longer than the ${LINE_MAX} bytes that a line may have`, {
    hint: "put its value into a blob",
  });

function formatMembers(record: TapeRecord): string {
  switch (record.type) {
    case "header":
      return formatHeader(record);
    case "channel":
      return `{"type":"channel","at":${record.at},"channel":${record.channel},"name":${JSON.stringify(record.name)},"kind":"${record.kind}","source":${JSON.stringify(record.source)},"settings":${formatJson(record.settings)}}`;
    case "link":
      return `{"type":"link","at":${record.at},"channel":${record.channel},"event":"${record.event}"${optional("dir", record.dir)}${optional("reason", record.reason)}}`;
    case "raw":
      return `{"type":"raw","at":${record.at},"channel":${record.channel},"dir":"${record.dir}",${formatPayload(record.bytes)}}`;
    case "gap":
      return `{"type":"gap","at":${record.at}${optional("channel", record.channel)}${optional("dir", record.dir)},"cause":"${record.cause}"${optional("bytes", record.bytes)}}`;
    case "input":
    case "output":
      return `{"type":"${record.type}","at":${record.at},"machine":${quoted(record.machine)}${optional("channel", record.channel)},"value":${formatJson(record.value)}}`;
    case "mark":
      return `{"type":"mark","at":${record.at},"label":${JSON.stringify(record.label)}}`;
    case "blob":
      return `{"type":"blob","at":${record.at}${optional("channel", record.channel)},"media":${JSON.stringify(record.media)},"size":${record.size},"sha256":"${record.sha256}"${optional("name", record.name)}}`;
    case "wall":
      return `{"type":"wall","at":${record.at},"wall":${JSON.stringify(record.wall)},"step":${record.step}}`;
    case "block":
      return `{"type":"block","at":${record.at},"records":${record.records},"sha256":${JSON.stringify(record.sha256)}}`;
    case "end":
      return `{"type":"end","at":${record.at},"records":${record.records},"reason":${JSON.stringify(record.reason)}${optional("sha256", record.sha256)}}`;
    case "unknown":
      return record.json;
    default:
      return unreachable(record);
  }
}

function formatHeader(header: HeaderRecord): string {
  const { id, started, segment, offset, previous, recorder, requires, meta } = header;
  const place = `"segment":${segment},"offset":"${offset}","previous":${JSON.stringify(previous)}`;
  const maker = `"recorder":{"version":${JSON.stringify(recorder.version)},"git":${JSON.stringify(recorder.git)}}`;
  return `{"type":"header","format":"fieldtape","schema":2,"id":${JSON.stringify(id)},"started":${JSON.stringify(started)},${place},${maker},"requires":${JSON.stringify(requires)},"meta":${formatJson(meta)}}`;
}

/** @throws FieldtapeError LIMIT_EXCEEDED where a tape cannot hold the value. */
function formatJson(value: unknown): string {
  const problem = jsonProblem(value);
  if (problem !== undefined) throw new FieldtapeError("LIMIT_EXCEEDED", `a value ${problem}`);
  return JSON.stringify(value);
}

function optional(name: string, value: string | number | undefined): string {
  if (value === undefined) return "";
  return `,"${name}":${typeof value === "number" ? value : JSON.stringify(value)}`;
}

let lastMachine = "";
let lastQuoted = '""';

/** Neighbouring records mostly name the same machine. */
function quoted(machine: string): string {
  if (machine !== lastMachine) {
    lastMachine = machine;
    lastQuoted = JSON.stringify(machine);
  }
  return lastQuoted;
}
