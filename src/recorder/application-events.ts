import { toHex } from "../bytes/hex.ts";
import type { Json } from "../bytes/json.ts";
import type { ApplicationEvent } from "../link/arrival.ts";
import { CHANNEL_MAX, jsonProblem } from "../tape/limits.ts";

/** What one line of an application's events becomes on the tape. */
export type EventLine = ApplicationEvent | { readonly type: "mark"; readonly label: string };

/** The machine that an event is put under when it names none. */
const MACHINE = "application";
export const LABEL_LENGTH_MAX = 1_000;
const NAME_LENGTH_MAX = 200;
/** How much of a line that cannot be read is kept, in bytes. */
const RAW_MAX = 1_024;

/**
 * Reads one line of an application's own events, without its line end. Nothing is ever thrown away:
 *
 * - `{"type":"mark","label":TEXT}` is a mark;
 * - `{"type":"input"|"output","machine"?:NAME,"channel"?:N,"value":ANY}` is that record, of machine `application` if it names none;
 * - any other JSON is an `output` of `application` with that value;
 * - any other text is an `output` of `application` with that text as its value;
 * - a line that begins as a JSON object or array but is none, or is not UTF-8, is an `output` with a fault that holds the bytes.
 */
export function parseEventLine(line: Uint8Array): EventLine {
  const text = utf8(line);
  if (text === undefined) return fault("not-utf8", line);
  if (!/^\s*[{["\-0-9tfn]/.test(text)) return output(text);
  const value = json(text);
  if (value === undefined) return /^\s*[{[]/.test(text) ? fault("malformed", line) : output(text);
  if (jsonProblem(value) !== undefined) return fault("malformed", line);
  return declared(value) ?? output(value);
}

/** A line that is longer than any may be. */
export function tooLong(start: Uint8Array, length: number): EventLine {
  return fault("too-long", start, { bytes: length });
}

function declared(value: Json): EventLine | undefined {
  if (typeof value !== "object" || value === null || !("type" in value)) return undefined;
  if (value.type === "mark" && typeof value["label"] === "string") {
    return { type: "mark", label: value["label"].slice(0, LABEL_LENGTH_MAX) };
  }
  if ((value.type !== "input" && value.type !== "output") || value["value"] === undefined) return undefined;
  const { type, machine = MACHINE, channel } = value;
  if (typeof machine !== "string" || machine === "" || machine.length > NAME_LENGTH_MAX) return undefined;
  if (channel === undefined) return { type, machine, value: value["value"] };
  if (!isChannel(channel)) return undefined;
  return { type, machine, channel, value: value["value"] };
}

const isChannel = (value: Json): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= CHANNEL_MAX;

const output = (value: Json): EventLine => ({ type: "output", machine: MACHINE, value });

function fault(kind: string, line: Uint8Array, detail: { readonly bytes?: number } = {}): EventLine {
  return output({ type: "fault", fault: kind, ...detail, raw: toHex(line, 0, Math.min(line.length, RAW_MAX)) });
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function json(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
