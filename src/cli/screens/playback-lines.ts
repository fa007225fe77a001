import { outputText } from "./framing.ts";
import { keyLine } from "./key-table.ts";
import { PLAYBACK_KEYS } from "./playback-keys.ts";
import type { PlaybackScreenView } from "./playback-view.ts";
import { promptLine } from "./prompt.ts";
import { type Line, line, quiet, type Span, span } from "./span.ts";
import { dateText, timelineLine } from "./timeline.ts";

/** Above the panes: what is played, where it stands, and what there is to say about it. */
export function headLines(view: PlaybackScreenView): readonly Line[] {
  return [titleLine(view), placeLine(view), timelineLine(view), newsLine(view)];
}

/** Below them: what can be done. */
export function footLine({ prompt, size }: PlaybackScreenView): Line {
  if (prompt === undefined) return keyLine(PLAYBACK_KEYS);
  const question = prompt.asks === "position" ? " go to (12.5s +1s -1s line:9 mark:x):" : " break at:";
  return promptLine(question, prompt.text, size.columns);
}

const SIGNS = { playing: "▶", paused: "‖", seeking: "…", ended: "■", failed: "✗" } as const;

function titleLine({ path, subject, playback, size }: PlaybackScreenView): Line {
  const { status } = playback;
  const text = ` ${SIGNS[status]} ${status.padEnd(7)} ×${playback.rate}  ${subject} `;
  const room = Math.max(0, size.columns - text.length - 1);
  const shown = path.length > room ? `…${path.slice(path.length - Math.max(0, room - 1))}` : path;
  return [span(`${text}${shown.padStart(room)} `, "chosen")];
}

function placeLine(view: PlaybackScreenView): Line {
  const { at, line: number, seek } = view.playback;
  const parts = [span(` line ${String(number).padEnd(8)}`), span(`at ${(at / 1e9).toFixed(6)} s`, "strong")];
  const date = dateText(view);
  if (date !== "") parts.push(quiet(`  ${date}`));
  if (seek !== undefined)
    parts.push(span(`  ${seek.type}`, seek.type === "warm" ? "good" : "note"), quiet(` ${seek.replayed} replayed`));
  if (view.rounds > 1)
    parts.push(span(view.rounds === Number.POSITIVE_INFINITY ? "  loop" : `  ${view.rounds} rounds`, "note"));
  return parts;
}

/** The most urgent of what there is to say. */
function newsLine({ playback, message, breakpoint }: PlaybackScreenView): Line {
  if (playback.failure !== undefined) return line(span(` ${failureText(playback.failure)}`, "bad"));
  if (message !== undefined) return line(span(` ${message.text}`, message.bad ? "bad" : "note"));
  const parts: Span[] = [];
  const last = playback.recent.findLast(({ type, record }) => type === "said" && record.type === "output");
  if (playback.hit !== undefined) parts.push(span(` stopped at line ${playback.hit.line}`, "note"));
  else if (last?.record.type === "output" && breakpoint === undefined) parts.push(span(` ${outputText(last.record)}`));
  if (breakpoint !== undefined) parts.push(quiet(` break ${breakpoint.enabled ? "at" : "(off)"} ${breakpoint.text}`));
  return parts;
}

function failureText(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
