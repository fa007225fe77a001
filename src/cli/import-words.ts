import type { JsonObject } from "../bytes/json.ts";
import type { ImportReport } from "../recorder/convert/import.ts";
import { ODDITIES } from "../recorder/convert/oddities.ts";
import { formatDuration } from "../time/duration.ts";

/** What the units of each format are called. */
const FOUND: Readonly<Record<ImportReport["format"], string>> = {
  pcap: "packets",
  pcapng: "packets",
  "hex-log": "lines",
  socat: "reads",
  "jsonl-v1": "lines",
  hex: "files",
  raw: "reads",
};

/** What an import came to, for a person: a line, and one for each thing that was odd. */
export function importWords(output: string, report: ImportReport): string {
  const { format, found, channels, reads, payload, duration, oddities } = report;
  const summary = `${output}: ${found} ${FOUND[format]} of ${format}, ${channels} ${channels === 1 ? "channel" : "channels"}, ${reads} reads, ${payload} bytes, ${formatDuration(duration)}`;
  const odd = oddities.map(
    ({ kind, count, bytes }) => `  ${count} ${ODDITIES[kind]}${bytes > 0 ? ` (${bytes} bytes)` : ""}`,
  );
  return [summary, ...odd].join("\n");
}

/** The same for a program. Times are nanoseconds. */
export function importJson(output: string, report: ImportReport): JsonObject {
  const { format, input, found, channels, reads, payload, records, duration } = report;
  const oddities = report.oddities.map(({ kind, count, bytes }) => ({ kind, count, bytes, words: ODDITIES[kind] }));
  return { tape: output, format, input, found, channels, reads, payload, records, duration, oddities };
}
