import { fromHex } from "../../bytes/hex.ts";
import { isText } from "../../bytes/utf8.ts";
import type { ControlStatus } from "../../recorder/schema.ts";
import { plural } from "../plural.ts";
import { amount, elapsed } from "../record/words.ts";
import { keyLine, keyTable } from "./key-table.ts";
import { promptLine } from "./prompt.ts";
import { RECORDING_KEYS } from "./recording-keys.ts";
import { type RecordingView, silence } from "./recording-view.ts";
import { type Line, line, quiet, type Span, span } from "./span.ts";

type Channel = ControlStatus["channels"][number];
type Flow = ControlStatus["rx"];

const NAME_WIDTH_MAX = 22;

/** The recording screen, as many lines as the terminal has but one. */
export function recordingLines(view: RecordingView): readonly Line[] {
  const { columns, rows } = view.size;
  const height = rows - 1;
  const head = [titleLine(view), ...factLines(view), stateLine(view)];
  const foot = [footLine(view)];
  const room = height - head.length - foot.length;
  const middle = view.help ? keyTable(RECORDING_KEYS, room) : trafficLines(view, room, columns);
  const filled = [...middle.slice(0, room), ...Array.from({ length: Math.max(0, room - middle.length) }, () => [])];
  return [...head, ...filled, ...foot];
}

function titleLine(view: RecordingView): Line {
  const { status, size, end } = view;
  const heard = silence(view) === undefined ? (status?.state ?? "starting") : "NOT ANSWERING";
  const state = end === undefined ? heard : "ended";
  const text = ` fieldtape  ${state}  ${elapsed(status?.at ?? 0)}`;
  const path = status === undefined ? "" : `${status.path} `;
  const room = size.columns - text.length - 2;
  const shown = path.length > room ? `…${path.slice(path.length - Math.max(0, room - 1))}` : path;
  return [span((text + shown.padStart(size.columns - text.length)).padEnd(size.columns), "chosen")];
}

function factLines(view: RecordingView): readonly Line[] {
  const { status, fileSize, marks } = view;
  if (status === undefined) return [line(quiet(" waiting for the recorder …"))];
  // What a silent recorder does now, nobody knows: the last that was heard of it stays, without its rates.
  const known = silence(view) === undefined;
  const rate = (dir: "rx" | "tx"): string => (known ? `${amount(status.rates[dir].bytes)}/s` : "?");
  const way = (dir: "rx" | "tx"): Span[] => [
    span(` ${dir} `, "strong"),
    span(rate(dir).padEnd(12), known && status.rates[dir].bytes > 0 ? "good" : "quiet"),
    span(`${amount(status[dir].bytes).padEnd(9)}${status[dir].reads} reads`.padEnd(dir === "rx" ? 23 : 0)),
  ];
  const size = fileSize === undefined ? "" : `, ${amount(fileSize)}`;
  const decoded = status.outputs === undefined ? "" : `, ${status.outputs} decoded`;
  const labels = marks.length === 0 ? "" : ` (${marks.join(", ")})`;
  return [
    line(...way("rx"), ...way("tx")),
    line(
      ` ${plural(status.records, "record")}${size}${decoded}, ${plural(status.marks, "mark")}${labels}, ${plural(status.events, "event")}`,
    ),
    lossLine(status),
  ];
}

function lossLine({ losses, waiting, decodeFailure }: ControlStatus): Line {
  const causes = losses.map(
    ({ cause, gaps, lost }) => `${cause}: ${plural(gaps, "gap")}${lost === 0 ? "" : `, ${amount(lost)}`}`,
  );
  const lost = causes.length === 0 ? span(" no losses", "good") : span(` lost  ${causes.join("  ")}`, "bad");
  const behind = waiting > 1e6 ? [span(`  ${amount(waiting)} wait for the disk`, "note")] : [];
  const undecoded = decodeFailure === undefined ? [] : [span(`  decoding stopped: ${decodeFailure}`, "bad")];
  return line(lost, ...behind, ...undecoded);
}

/** What is wrong, or else what the recorder said about itself. */
function stateLine(view: RecordingView): Line {
  const { end, pid, stops } = view;
  if (end !== undefined) {
    const how = end.signal === null ? `with code ${end.code}` : `killed by ${end.signal}`;
    const why = end.words.at(-1) ?? "what it recorded until then is on the tape";
    return line(span(` the recorder has ended, ${how}: ${why}`, "bad"));
  }
  const silent = silence(view);
  if (silent !== undefined)
    return line(span(` the recorder (process ${pid}) has said nothing for ${Math.floor(silent / 1e9)} s`, "bad"));
  if (stops > 0) return line(span(" stopping …", "note"));
  if (view.died !== undefined) {
    const often = view.restarts > 1 ? ` (${view.restarts} times)` : "";
    return line(span(` the recorder ${view.died} and started again${often}; the gap is on the tape`, "bad"));
  }
  return line(quiet(` ${view.words.find((words) => words.startsWith("recording ")) ?? ""}`));
}

function trafficLines(view: RecordingView, room: number, columns: number): readonly Line[] {
  if (view.status === undefined) return view.words.map((words) => line(quiet(` ${words}`)));
  const channels = shownChannels(view.status.channels, Math.max(2, Math.min(8, Math.floor(room / 3))));
  const heading = line(quiet(` ${"channel".padEnd(24)}${"link".padEnd(12)}${"rx".padEnd(20)}tx`));
  const lines = [heading, ...channels.map(channelLine)];
  const hidden = view.status.channels.length - channels.length;
  if (hidden > 0) lines.push(line(quiet(` and ${hidden} more`)));
  lines.push(line(quiet("─".repeat(columns))));
  const names = new Map(view.status.channels.map(({ channel, name }) => [channel, name]));
  const tail = view.tail.slice(-Math.max(1, room - lines.length));
  const width = Math.min(NAME_WIDTH_MAX, Math.max(...[...names.values()].map((name) => name.length)));
  const nameOf = (channel: number): string => (names.get(channel) ?? String(channel)).slice(0, width).padEnd(width);
  return [...lines, ...tail.map((entry) => tailLine(entry, nameOf(entry.channel), columns))];
}

/** Open ones first, then those that closed last. */
function shownChannels(channels: readonly Channel[], count: number): readonly Channel[] {
  const isOpen = ({ link }: Channel): boolean => link === "open" || link === "half-close";
  const open = channels.filter(isOpen).slice(-count);
  const closed = channels.filter((channel) => !isOpen(channel)).slice(-count);
  return [...open, ...closed.slice(closed.length - Math.max(0, Math.min(closed.length, count - open.length)))];
}

function channelLine({ channel, name, link, rx, tx }: Channel): Line {
  const label = `${channel} ${name}`.slice(0, 23);
  const tone = link === "open" ? "good" : link === "reset" || link === "lost" ? "bad" : "quiet";
  return line(` ${label.padEnd(24)}`, span((link ?? "not yet").padEnd(12), tone), ...flow(rx, 20), ...flow(tx, 0));
}

function flow({ bytes, gaps, lost }: Flow, width: number): readonly Span[] {
  const passed = amount(bytes);
  if (gaps === 0) return [span(passed.padEnd(width))];
  const missing = ` −${amount(lost)}`;
  return [span(passed), span(missing.padEnd(Math.max(0, width - passed.length)), "bad")];
}

function tailLine(entry: ControlStatus["tail"][number], name: string, columns: number): Line {
  const { at, dir, length, start } = entry;
  const time = (at / 1e9).toFixed(3).padStart(10);
  const room = Math.max(8, columns - time.length - name.length - 12);
  const more = (shown: number): string => (length > shown ? "…" : "");
  const bytes = fromHex(start) ?? new Uint8Array();
  const text = isText(bytes, 0, bytes.length)
    ? JSON.stringify(new TextDecoder().decode(bytes)).slice(1, -1)
    : (start.match(/../g) ?? []).join(" ");
  const cut = text.length > room ? `${text.slice(0, room - 1)}…` : text + more(bytes.length);
  return line(
    quiet(time),
    ` ${name} `,
    span(`${dir} `, dir === "rx" ? "accent" : "note"),
    quiet(`${String(length).padStart(5)}  `),
    cut,
  );
}

function footLine(view: RecordingView): Line {
  if (view.end !== undefined) return line(span(" any key", "strong"), quiet(" leave"));
  if (view.prompt !== undefined) return promptLine(" label of the mark:", view.prompt.text, view.size.columns);
  return keyLine(RECORDING_KEYS);
}
