import type { CrashMap, TrialResult } from "./crash-map.ts";
import type { Moment } from "./explore.ts";
import { scheduleWords } from "./schedule-words.ts";

const BAR = 10;
const HEIGHT = 120;

/** The crash map as a page: a bar for each operation, and in it what became of the device that was cut or killed right after it. */
export function crashMapPage(map: CrashMap): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Crash map</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; max-width: 70rem }
svg { display: block; margin: .5rem 0 }
.before { fill: #4472c4 } .after { fill: #55a868 } .bad { fill: #c44e52 }
table { border-collapse: collapse } td, th { padding: .2rem .8rem; text-align: right } td:first-child, th:first-child { text-align: left }
</style>
</head>
<body>
<h1>Crash map: ${map.bad} bad</h1>
<p>${map.operations} operations, ${map.states} crash states, ${map.recoveryCuts} recovery cuts. A bar is an operation; its height, the different
disks that a cut or a kill right after it can leave; its colour, where a restart ends: <span style="color:#4472c4">the old version</span>,
<span style="color:#55a868">the new one</span>, <span style="color:#c44e52">neither</span>.</p>
<table>
<tr><th>trial</th><th>operations</th><th>crash states</th><th>cuts</th><th>recovery cuts</th><th>refused operations</th><th>bad</th></tr>
${map.trials.map(row).join("\n")}
</table>
${map.trials.map(picture).join("\n")}
</body>
</html>
`;
}

function row({ name, operations, states, cuts, recoveryCuts, refusals, bad }: TrialResult): string {
  const cells = [operations, states, cuts, recoveryCuts, refusals, bad.length]
    .map((count) => `<td>${count}</td>`)
    .join("");
  return `<tr><td>${escaped(name)}</td>${cells}</tr>`;
}

function picture({ name, moments, bad }: TrialResult): string {
  const tallest = Math.max(1, ...moments.map(({ before, after, bad: wrong }) => before + after + wrong));
  const bars = moments.map((moment, index) => bar(moment, index, HEIGHT / tallest)).join("\n");
  const problems = bad
    .map(({ problem, schedule }) => `<li>${escaped([problem, ...scheduleWords(schedule)].join("; "))}</li>`)
    .join("");
  return `<h2>${escaped(name)}</h2>
<svg width="${moments.length * BAR}" height="${HEIGHT}" role="img" aria-label="${escaped(name)}">
${bars}
</svg>
${problems === "" ? "" : `<ul>${problems}</ul>`}`;
}

function bar({ operation, before, after, bad }: Moment, index: number, scale: number): string {
  let top = HEIGHT;
  const parts = (
    [
      ["before", before],
      ["after", after],
      ["bad", bad],
    ] as const
  ).map(([kind, count]) => {
    const height = count * scale;
    top -= height;
    if (count === 0) return "";
    return `<rect class="${kind}" x="${index * BAR}" y="${top.toFixed(1)}" width="${BAR - 1}" height="${height.toFixed(1)}"/>`;
  });
  const words = `${index + 1}. ${operation}: ${before} end old, ${after} new, ${bad} bad`;
  return `<g><title>${escaped(words)}</title>${parts.join("")}</g>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
