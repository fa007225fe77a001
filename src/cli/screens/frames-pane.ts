import type { PlaybackEvent } from "../../replayer/playback-view.ts";
import type { TapeRecord } from "../../tape/record.ts";
import { isObject, outputText } from "./framing.ts";
import { type Line, quiet, span, type Tone } from "./span.ts";

/** What the subject said last, and what else happened on the tape; the newest at the end. */
export function framesPane(recent: readonly PlaybackEvent[], rows: number): readonly Line[] {
  const told = recent.flatMap(eventLine).slice(-(rows - 1));
  const title = [span(" frames", "strong")];
  return told.length === 0 ? [title, [quiet(" nothing yet")]] : [title, ...told];
}

function eventLine({ type, record }: PlaybackEvent): readonly Line[] {
  // Reads stand in the hex pane; what the tape had decoded is not what the subject says.
  if (type === "fed" && (record.type === "raw" || record.type === "output")) return [];
  if (record.type === "header" || record.type === "block" || record.type === "wall") return [];
  const { text, tone } = words(record);
  const dir = dirOf(record);
  return [
    [
      quiet((record.at / 1e9).toFixed(3).padStart(9)),
      span(dir === "" ? "    " : ` ${dir} `, dirTone(dir)),
      span(text, tone),
    ],
  ];
}

function words(record: Exclude<TapeRecord, { type: "header" }>): { text: string; tone: Tone } {
  switch (record.type) {
    case "output": {
      const type = isObject(record.value) ? record.value["type"] : undefined;
      return { text: outputText(record), tone: type === "fault" ? "bad" : type === "state" ? "accent" : "plain" };
    }
    case "gap":
      return {
        text: `gap: ${record.cause}${record.bytes === undefined ? "" : `, ${record.bytes} bytes`}`,
        tone: "bad",
      };
    case "link":
      return { text: `link ${record.event}`, tone: "note" };
    case "mark":
      return { text: `mark ${record.label}`, tone: "note" };
    case "channel":
      return { text: `channel ${record.channel}: ${record.name}`, tone: "quiet" };
    case "raw":
      return { text: `sends ${record.bytes.length} bytes`, tone: "plain" };
    default:
      return { text: record.type, tone: "quiet" };
  }
}

function dirOf(record: TapeRecord): string {
  if (record.type === "output") {
    const dir = isObject(record.value) ? record.value["dir"] : undefined;
    return dir === "rx" || dir === "tx" ? dir : "";
  }
  return "dir" in record ? (record.dir ?? "") : "";
}

const dirTone = (dir: string): Tone => (dir === "rx" ? "accent" : "note");
