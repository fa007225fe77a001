import { mkdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { type Timings, timingsText } from "../../scenarios/run/run-result.ts";

/** Where timings lie, below the folder that a run is started in. */
export const TIMINGS = ".fieldtape/timings.json";
const FORMAT = "fieldtape-timings";
const VERSION = 1;
const NONE: Timings = new Map();

/** How long cases took before: what parts of a run are divided by. None, where there is no such file or it is damaged. */
export function readTimings(): Timings {
  try {
    return timingsIn(JSON.parse(readFileSync(resolve(TIMINGS), "utf8")));
  } catch {
    return NONE;
  }
}

/** Those numbers that are times. Checked by hand: a schema of it would be most of what a small run loads. */
function timingsIn(value: unknown): Timings {
  if (typeof value !== "object" || value === null) return NONE;
  if (!("format" in value && "version" in value && "nanos" in value)) return NONE;
  const { format, version, nanos } = value;
  if (format !== FORMAT || version !== VERSION || typeof nanos !== "object" || nanos === null) return NONE;
  return new Map(Object.entries(nanos).filter(([, time]) => Number.isSafeInteger(time) && time >= 0));
}

/**
 * Keeps what cases took now beside what others took before. A place that cannot be written to costs the next run its balance, no more.
 * Nothing goes on beside it any more, and a dozen waits for the system take longer than what is waited for.
 */
export function keepTimings(before: Timings, now: Timings): void {
  if (now.size === 0) return;
  const path = resolve(TIMINGS);
  const all = new Map([...new Map([...before, ...now])].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const head = JSON.stringify({ format: FORMAT, version: VERSION });
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileAtomic.sync(path, `${head.slice(0, -1)},"nanos":${timingsText(all)}}\n`, { fsync: false });
  } catch {
    // Said in the docs: timings are a cache.
  }
}
