const LINES_MAX = 100;
const lines: string[] = [];

/** Keeps the end of this process's log in memory, for a crash report. */
export function rememberLine(line: string): void {
  lines.push(line);
  if (lines.length > LINES_MAX) lines.shift();
}

/** The last lines that this process logged, oldest first. */
export function recentLines(): readonly string[] {
  return lines;
}
