import { formatDuration } from "../../time/duration.ts";
import { nanos } from "../../time/nanos.ts";
import { html, type Markup } from "./markup.ts";
import type { Lane, Moment, Timeline } from "./timeline.ts";

/** Units of the drawing; it is stretched to whatever room there is. */
const WIDTH = 1000;
const HEIGHT = 20;
/** A moment is this wide, so that it is seen however long the tape is. */
const MOMENT_WIDTH = 3;

/** A strip for each lane, one below the other, on one scale of time; `divergedAt` is a line through all of them. */
export function drawTimeline(timeline: Timeline, divergedAt: number | undefined): Markup {
  const { span, moments, unlisted } = timeline;
  return html`<div class="timeline">
${timeline.lanes.map((lane) => drawLane(lane, timeline, divergedAt))}
<div class="lane axis"><span></span><span>0</span><span>${duration(span)}</span></div>
</div>
${divergedAt === undefined ? undefined : html`<p class="note">The red line: the first divergence, at ${duration(divergedAt)}.</p>`}
${moments.length === 0 ? undefined : html`<details><summary>${moments.length + unlisted} gaps, marks and states</summary><table class="moments">${moments.map(row)}</table>${unlisted === 0 ? undefined : html`<p class="note">and ${unlisted} more</p>`}</details>`}`;
}

function drawLane({ name, counts, total }: Lane, { width, span }: Timeline, divergedAt: number | undefined): Markup {
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const column = WIDTH / counts.length;
  // With the column that the end itself lies in: the last record stands there.
  const shown = span === 0 ? WIDTH : Math.min(WIDTH, (span / width) * WIDTH + column);
  const narrow = name === "gaps" || name === "marks" || name === "states";
  const bars = counts.map((count, index) => {
    if (count === 0) return undefined;
    const height = narrow ? HEIGHT : Math.max(2, (Math.sqrt(count) / Math.sqrt(most)) * HEIGHT);
    const thick = narrow ? Math.max(column / 2, MOMENT_WIDTH) : column;
    return html`<rect x="${round(index * column)}" y="${round(HEIGHT - height)}" width="${round(thick)}" height="${round(height)}"/>`;
  });
  const at = divergedAt === undefined || span === 0 ? undefined : round((divergedAt / width) * WIDTH);
  const line =
    at === undefined
      ? undefined
      : html`<rect class="diverged" x="${at}" y="0" width="${MOMENT_WIDTH}" height="${HEIGHT}"/>`;
  return html`<div class="lane ${name.replace(" ", "-")}"><span>${name}</span><svg viewBox="0 0 ${round(shown)} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${name}: ${total} over the whole tape">${bars}${line}</svg><span>${total}</span></div>
`;
}

function row({ kind, at, text }: Moment): Markup {
  return html`<tr class="${kind}"><td>${duration(at)}</td><td>${kind}</td><td>${text}</td></tr>
`;
}

const duration = (at: number): string => formatDuration(nanos(at));

/** Never more digits than are seen: the page is the same on every machine. */
const round = (value: number): number => Math.round(value * 100) / 100;
