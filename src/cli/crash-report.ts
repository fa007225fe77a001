import { readdirSync, rmSync } from "node:fs";
import { arch, release } from "node:os";
import { join } from "node:path";
import process from "node:process";
import writeFileAtomic from "write-file-atomic";
import type { JsonObject } from "../bytes/json.ts";
import { formatIso } from "../time/iso.ts";
import { SystemWallClock } from "../time/system-clock.ts";
import { recentLines } from "./log/recent-lines.ts";
import { stripCommand } from "./secrets/strip-command.ts";
import { type StripText, textStripper } from "./secrets/strip-text.ts";
import { openStateFolder } from "./state-folder.ts";
import { versions } from "./version.ts";

/** A report of another schema is of another version of fieldtape. */
const CRASH_SCHEMA = 1;
const REPORTS_MAX = 20;
const TEXT_MAX = 16 * 1024;
const WORDS_MAX = 200;
const CAUSES_MAX = 5;
const LINES_MAX = 100;
const LOG_MAX = 64 * 1024;

/** What is known when something of fieldtape's dies that should not have. */
export interface Crash {
  /** What died: `command`, `recorder`, `screen`, `plug-in`, … */
  readonly part: string;
  /** What was thrown; of a process that died, a sentence. */
  readonly thrown: unknown;
  /** Where in the work: the case, the tape and its line, the link. */
  readonly where?: string;
  /** How its process ended. */
  readonly ended?: { readonly code: number | null; readonly signal: string | null };
  /** The end of what it said on stderr. */
  readonly lastWords?: string;
  /** The last lines of its log, oldest first. Absent: those of this process. */
  readonly log?: readonly string[];
}

let reported = 0;

/**
 * Writes a report into `crashes/` of the state folder: whole or not at all, for its owner alone, without secrets; the oldest go when there are
 * more than twenty. Never throws: whoever calls this has trouble enough.
 *
 * @returns its file; `undefined` if it could not be written
 */
export function reportCrash(crash: Crash): string | undefined {
  try {
    const at = formatIso(new SystemWallClock().wallNow(), 3);
    const folder = openStateFolder("crashes", process.env);
    reported += 1;
    const file = join(folder, `${at.replaceAll(":", "-")}-${process.pid}-${reported}.json`);
    const strip = textStripper(process.env);
    const bounded: StripText = (text) => strip(text.slice(0, TEXT_MAX));
    writeFileAtomic.sync(file, `${JSON.stringify(report(crash, at, bounded), undefined, 2)}\n`, { mode: 0o600 });
    keepNewest(folder);
    return file;
  } catch {
    return undefined; // a full disk, a read-only home: the words on stderr have told it already
  }
}

function report(crash: Crash, at: string, bounded: StripText): JsonObject {
  return {
    schema: CRASH_SCHEMA,
    type: "crash",
    at,
    part: crash.part,
    ...told(crash.thrown, bounded, CAUSES_MAX),
    where: crash.where === undefined ? undefined : bounded(crash.where),
    ended: crash.ended === undefined ? undefined : { ...crash.ended },
    lastWords: crash.lastWords === undefined ? undefined : bounded(crash.lastWords.slice(-TEXT_MAX)),
    command: stripCommand(process.argv.slice(2, 2 + WORDS_MAX)).map(bounded),
    versions: versions(),
    system: { release: release(), arch: arch(), uptimeSeconds: Math.round(process.uptime()) },
    memory: { rss: process.memoryUsage().rss, heapUsed: process.memoryUsage().heapUsed },
    log: lastLines(crash.log ?? recentLines()).map(bounded),
  };
}

/** As many of the last lines as there is room for. */
function lastLines(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let room = LOG_MAX;
  for (const line of lines.slice(-LINES_MAX).toReversed()) {
    room -= line.length;
    if (room < 0) break;
    kept.unshift(line);
  }
  return kept;
}

function told(thrown: unknown, bounded: StripText, causesLeft: number): JsonObject {
  if (!(thrown instanceof Error)) return { what: bounded(String(thrown)) };
  const cause =
    thrown.cause === undefined || causesLeft === 0 ? undefined : told(thrown.cause, bounded, causesLeft - 1);
  return {
    what: bounded(`${thrown.name}: ${thrown.message}`),
    stack: thrown.stack === undefined ? undefined : bounded(thrown.stack),
    cause,
  };
}

/** Names begin with the date: the order of names is that of time. */
function keepNewest(folder: string): void {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .toSorted();
  for (const name of names.slice(0, -REPORTS_MAX)) rmSync(join(folder, name), { force: true });
}
