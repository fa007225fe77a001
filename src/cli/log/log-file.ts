import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pino } from "pino";
import { createStream, type RotatingFileStream } from "rotating-file-stream";
import type { Clock } from "../../time/clock.ts";
import { formatIso } from "../../time/iso.ts";
import { plus, seconds } from "../../time/nanos.ts";
import { type StripText, textStripper } from "../secrets/strip-text.ts";
import { openStateFolder } from "../state-folder.ts";
import { plainFacts } from "./plain-facts.ts";
import { rememberLine } from "./recent-lines.ts";
import type { LogEntry, LogSink } from "./run-log.ts";

/** A run's log is at most four files of this size. */
const FILE_SIZE = "4M";
const ROTATED_MAX = 3;
/** Runs of one command that are kept, the newest. */
const RUNS_MAX = 10;
const ALL_BYTES_MAX = 64 * 1024 * 1024;
/** What a disk that does not answer may hold up; what comes above it is dropped and counted. */
const WAITING_BYTES_MAX = 1024 * 1024;
const CLOSING_MAX = seconds(2);

export interface LogFileOptions {
  /** `record:tcp`: part of the file's name. */
  readonly command: string;
  readonly began: bigint;
  readonly clock: Clock;
}

/**
 * A log in `logs/` of the state folder: JSON lines, one file for each run, since two processes that rotate one file lose each other's lines.
 * Rotated by size; the oldest runs go.
 *
 * @throws the system's error when the folder cannot be made
 */
export function openLogFile({ command, began, clock }: LogFileOptions): LogSink {
  const folder = openStateFolder("logs", process.env);
  const name = command.replaceAll(":", "-");
  const stem = `${formatIso(began, 3).replaceAll(":", "-")}_${process.pid}_${name}`;
  prune(folder, name);
  const stream = createStream((index) => `${stem}${index ? `.${index}` : ""}.jsonl`, {
    path: folder,
    size: FILE_SIZE,
    rotate: ROTATED_MAX,
    mode: 0o600,
  });
  return new LogFile(stream, clock, textStripper(process.env));
}

class LogFile implements LogSink {
  readonly #stream: RotatingFileStream;
  readonly #clock: Clock;
  readonly #strip: StripText;
  readonly #logger: pino.Logger;
  #open = true;
  #dropped = 0;

  constructor(stream: RotatingFileStream, clock: Clock, strip: StripText) {
    this.#strip = strip;
    this.#stream = stream;
    this.#clock = clock;
    // The disk is full, or somebody took the folder away: what is logged from here on is for a crash report only.
    stream.on("error", () => {
      this.#open = false;
    });
    stream.on("warning", () => undefined);
    const settings = {
      level: "debug",
      base: { pid: process.pid },
      messageKey: "message",
      timestamp: false,
      formatters: { level: (level: string) => ({ level }) },
    };
    this.#logger = pino(settings, { write: (line: string) => this.#put(line) });
  }

  write({ level, wall, message, facts }: LogEntry): void {
    const dropped = this.#dropped === 0 ? undefined : this.#dropped;
    const plain = plainFacts(facts, this.#strip);
    this.#logger[level]({ at: formatIso(wall, 3), dropped, facts: plain }, this.#strip(message));
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    const over = new AbortController();
    const late = this.#clock.sleepUntil(plus(this.#clock.now(), CLOSING_MAX), over.signal).catch(() => undefined);
    const closed = new Promise<void>((resolve) => {
      this.#stream.once("close", resolve).once("error", () => resolve());
      this.#stream.end(resolve);
    });
    await Promise.race([closed, late]);
    over.abort();
  }

  #put(line: string): void {
    rememberLine(line.trimEnd());
    if (!this.#open) return;
    if (this.#stream.writableLength > WAITING_BYTES_MAX) this.#dropped += 1;
    else {
      this.#dropped = 0;
      this.#stream.write(line);
    }
  }
}

/** Names begin with the date: the order of names is that of time. A run that still goes on writes into what has no name any more. */
function prune(folder: string, command: string): void {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .toSorted();
  const runOf = (name: string): string => name.split(".").slice(0, 2).join(".");
  const runs = [...new Set(names.map(runOf))];
  const ofCommand = runs.filter((run) => run.endsWith(`_${command}`));
  const old = new Set(ofCommand.slice(0, -(RUNS_MAX - 1)));
  let bytes = 0;
  for (const name of names.toReversed()) {
    const path = join(folder, name);
    bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (old.has(runOf(name)) || bytes > ALL_BYTES_MAX) rmSync(path, { force: true });
  }
}
