import type { JsonObject } from "../bytes/json.ts";
import type { ImportReport } from "../recorder/convert/import.ts";
import { ODDITIES } from "../recorder/convert/oddities.ts";
import { formatDuration } from "../time/duration.ts";
import { plural } from "./plural.ts";

/** What a unit of each format is called. */
const FOUND: Readonly<Record<ImportReport["format"], string>> = {
  pcap: "packet",
  pcapng: "packet",
  "hex-log": "line",
  socat: "read",
  "jsonl-v1": "line",
  hex: "file",
  raw: "read",
};

/** What an import came to, for a person: a line, and one for each thing that was odd. */
export function importWords(output: string, report: ImportReport): string {
  const { format, found, channels, reads, payload, duration, oddities } = report;
  const summary = `${output}: ${plural(found, FOUND[format])} of ${format}, ${plural(channels, "channel")}, ${plural(reads, "read")}, ${plural(payload, "byte")}, ${formatDuration(duration)}`;
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
