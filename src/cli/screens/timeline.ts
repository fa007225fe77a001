import type { Nanos } from "../../time/nanos.ts";
import { formatInZone } from "../../time/zone.ts";
import type { PlaybackScreenView } from "./playback-view.ts";
import { type Line, quiet, type Span, span } from "./span.ts";

/** A bar of the whole tape: what is played, where it stands, gaps (`!`) and marks (`▾`). */
export function timelineLine({ overview, playback, size }: PlaybackScreenView): Line {
  const { at } = playback;
  if (overview === undefined) return [quiet(` ${clockText(at)}  reading the tape for its length, gaps and marks …`)];
  const from = ` ${clockText(at)} `;
  const until = ` ${clockText(overview.lastAt)} `;
  const width = Math.max(10, size.columns - from.length - until.length);
  return [span(from), ...bar(width, at, overview), span(until)];
}

function bar(width: number, at: Nanos, { lastAt, gaps, marks }: NonNullable<PlaybackScreenView["overview"]>): Line {
  const place = (moment: number): number =>
    lastAt === 0 ? 0 : Math.max(0, Math.min(width - 1, Math.floor((moment / lastAt) * (width - 1))));
  const here = place(at);
  const cells: Span[] = Array.from({ length: width }, (_, cell) =>
    cell <= here ? { text: "━", tone: "accent" } : { text: "─", tone: "quiet" },
  );
  for (const mark of marks) cells[place(mark.at)] = { text: "▾", tone: "note" };
  for (const gap of gaps) cells[place(gap.at)] = { text: "!", tone: "bad" };
  cells[here] = { text: "●", tone: "strong" };
  return joined(cells);
}

/** Neighbours of one tone in one span. */
export function joined(cells: readonly Span[]): Line {
  const spans: Span[] = [];
  for (const cell of cells) {
    const last = spans.at(-1);
    if (last?.tone === cell.tone) spans[spans.length - 1] = { text: last.text + cell.text, tone: cell.tone };
    else spans.push(cell);
  }
  return spans;
}

/** `02:03.456`, `1:02:03.456` */
export function clockText(at: number): string {
  const millis = Math.floor(at / 1e6);
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(millis / 3_600_000);
  const rest = `${two(Math.floor(millis / 60_000) % 60)}:${two(Math.floor(millis / 1_000) % 60)}`;
  return `${hours > 0 ? `${hours}:` : ""}${rest}.${String(millis % 1_000).padStart(3, "0")}`;
}

/** The date at tape time, if the tape knows dates. */
export function dateText({ overview, started, playback, zone }: PlaybackScreenView): string {
  const { at } = playback;
  const anchor = overview?.anchors.findLast((one) => one.at <= at);
  if (anchor !== undefined) return formatInZone(anchor.wall + BigInt(at - anchor.at), zone, 3);
  return started === undefined ? "" : formatInZone(started + BigInt(at), zone, 3);
}
