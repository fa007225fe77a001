import { toHex } from "../../bytes/hex.ts";
import type { Json, JsonObject } from "../../bytes/json.ts";
import type { ChannelRecord, TapeRecord } from "../../tape/record.ts";
import { inZone, type Zone } from "../../time/zone.ts";

/** Longer lines are cut: one record, one line. */
const LINE_MAX = 400;
const BYTES_MAX = 48;
const NAME_WIDTH_MAX = 16;

const COLORS: ReadonlyMap<string, string> = new Map([
  ["fault", "\u001b[31m"],
  ["gap", "\u001b[31m"],
  ["state", "\u001b[36m"],
  ["mark", "\u001b[33m"],
  ["bytes", "\u001b[32m"],
]);
const PLAIN = "\u001b[0m";

export interface LineOptions {
  readonly color: boolean;
  /** Of dates. */
  readonly zone: Zone;
}

/** Records as lines for people: time, channel, direction, kind, what it says. Plain without a terminal. */
export class ReplayLines {
  readonly #color: boolean;
  readonly #zone: Zone;
  readonly #names = new Map<number, string>();
  #nameWidth = 2;
  #machineWidth = 0;

  constructor({ color, zone }: LineOptions) {
    this.#color = color;
    this.#zone = zone;
  }

  /** Names a channel in the lines to come. */
  learn({ channel, name }: ChannelRecord): void {
    this.#names.delete(channel);
    const label = this.#labelFor(channel, oneLine(name));
    this.#names.set(channel, label);
    this.#nameWidth = Math.max(this.#nameWidth, label.length);
  }

  line(record: TapeRecord): string {
    if (record.type === "header") return `tape ${record.id}`;
    const channel = "channel" in record && record.channel !== undefined ? this.#label(record.channel) : "";
    const { kind, dir, text } = this.#said(record);
    const place = `${seconds(record.at)}  ${channel.padEnd(this.#nameWidth)}  ${dir.padEnd(2)}`;
    const line = clipped(oneLine(`${place}  ${kind.padEnd(5)}  ${text}`.trimEnd()));
    const color = this.#color ? COLORS.get(kind) : undefined;
    return color === undefined ? line : `${color}${line}${PLAIN}`;
  }

  /** No two channels look alike: a name that is too long, or that another channel has, gets its channel's number. */
  #labelFor(channel: number, name: string): string {
    const number = `#${channel}`;
    const short = `${name.slice(0, NAME_WIDTH_MAX - number.length - 1)}…${number}`;
    const labels =
      name === "" ? [String(channel)] : name.length <= NAME_WIDTH_MAX ? [name, `${name}${number}`] : [short];
    const taken = new Set(this.#names.values());
    return labels.find((label) => label.length <= NAME_WIDTH_MAX && !taken.has(label)) ?? number;
  }

  #label(channel: number): string {
    return this.#names.get(channel) ?? String(channel);
  }

  #said(record: Exclude<TapeRecord, { type: "header" }>): { kind: string; dir: string; text: string } {
    switch (record.type) {
      case "output":
        return this.#output(record.machine, record.value);
      case "input":
        return { kind: "input", dir: "", text: `${record.machine}  ${valueText(record.value)}` };
      case "raw":
        return { kind: "bytes", dir: record.dir, text: bytesText(record.bytes) };
      case "gap":
        return { kind: "gap", dir: record.dir ?? "", text: gapText(record.cause, record.bytes) };
      case "link":
        return { kind: "link", dir: record.dir ?? "", text: [record.event, record.reason ?? ""].join(" ") };
      case "mark":
        return { kind: "mark", dir: "", text: record.label };
      case "channel":
        return { kind: "wire", dir: "", text: `${record.kind} ${record.source}` };
      case "wall":
        return { kind: "date", dir: "", text: inZone(record.wall, this.#zone) };
      case "end":
        return { kind: "end", dir: "", text: record.reason };
      case "blob":
        return { kind: "blob", dir: "", text: `${record.media} ${record.size} bytes ${record.sha256.slice(0, 12)}…` };
      default:
        return { kind: record.type.slice(0, 5), dir: "", text: "" };
    }
  }

  #output(machine: string, value: Json): { kind: string; dir: string; text: string } {
    this.#machineWidth = Math.max(this.#machineWidth, machine.length);
    const name = machine.padEnd(this.#machineWidth);
    if (!isObject(value)) return { kind: "says", dir: "", text: `${name}  ${valueText(value)}` };
    const { type, dir, span: _, ...members } = value;
    const kind = typeof type === "string" ? type : "says";
    return { kind, dir: typeof dir === "string" ? dir : "", text: `${name}  ${membersText(kind, members)}` };
  }
}

/** `12.345678901`: seconds of tape time, exactly, to be read below each other. */
export function seconds(at: number): string {
  const whole = Math.floor(at / 1e9);
  return `${whole}.${String(at - whole * 1e9).padStart(9, "0")}`.padStart(16);
}

/** What a fault, a state or a sentence is comes first and without its name. */
function membersText(kind: string, members: JsonObject): string {
  const leading = kind === "fault" ? "fault" : kind === "state" ? "state" : "sentence";
  const { [leading]: first, ...others } = members;
  // A sentence says everything itself.
  const rest = first === undefined ? members : leading === "sentence" ? {} : others;
  const texts = Object.entries(rest).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${valueText(value)}`],
  );
  return [...(first === undefined ? [] : [valueText(first)]), ...texts].join(" ");
}

function valueText(value: Json): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return /^[\x21-\x7e]+$/.test(value) ? value : JSON.stringify(value);
}

/** Text as JSON has it, everything else in hex; only the beginning of much. */
function bytesText(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, BYTES_MAX);
  const more = bytes.length > shown.length ? `… (${bytes.length} bytes)` : "";
  const printable = shown.every(
    (byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0d || byte === 0x0a || byte === 0x09,
  );
  return (printable ? JSON.stringify(new TextDecoder().decode(shown)) : toHex(shown)) + more;
}

function gapText(cause: string, bytes: number | undefined): string {
  return bytes === undefined ? cause : `${cause}, ${bytes} bytes`;
}

function clipped(line: string): string {
  return line.length <= LINE_MAX ? line : `${line.slice(0, LINE_MAX - 1)}…`;
}

/** Names, labels and payloads come from strangers: nothing in them may move the cursor or turn the writing round. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
