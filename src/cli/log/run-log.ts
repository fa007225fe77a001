import type { JsonObject } from "../../bytes/json.ts";

/** From the least that can be said to the most. */
export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
type Said = Exclude<LogLevel, "silent">;

/** One line of the log: what happened is a phrase that stays the same, what varies is in the facts. */
export interface LogEntry {
  readonly level: Said;
  /** Nanoseconds since 1970, when it was said. */
  readonly wall: bigint;
  readonly message: string;
  readonly facts: JsonObject;
}

/** Where entries go, without secrets. `close` never rejects. */
export interface LogSink {
  write(entry: LogEntry): void;
  /** Resolves when all entries are where they belong, or will not come there any more. */
  close(): Promise<void>;
}

export interface RunLogOptions {
  readonly level: LogLevel;
  /** Opened at the first entry: a run that has nothing to say loads nothing and writes nothing. */
  readonly open: () => Promise<LogSink>;
  readonly wallNow: () => bigint;
}

const EMPTY_FACTS: JsonObject = {};

/** Entries that wait while the sink is opened. */
const WAITING_MAX = 1_000;

/** What one run of the program says of itself. Never throws, never waits, and is never part of a result. */
export class RunLog {
  readonly #options: RunLogOptions;
  readonly #most: number;
  #waiting: LogEntry[] = [];
  #opening: Promise<void> | undefined;
  #sink: LogSink | undefined;

  constructor(options: RunLogOptions) {
    this.#options = options;
    this.#most = LOG_LEVELS.indexOf(options.level);
  }

  error(message: string, facts: JsonObject = EMPTY_FACTS): void {
    this.#say("error", message, facts);
  }

  warn(message: string, facts: JsonObject = EMPTY_FACTS): void {
    this.#say("warn", message, facts);
  }

  info(message: string, facts: JsonObject = EMPTY_FACTS): void {
    this.#say("info", message, facts);
  }

  debug(message: string, facts: JsonObject = EMPTY_FACTS): void {
    this.#say("debug", message, facts);
  }

  /** Nothing is said after this. */
  async close(): Promise<void> {
    await this.#opening;
    await this.#sink?.close();
  }

  #say(level: Said, message: string, facts: JsonObject): void {
    if (LOG_LEVELS.indexOf(level) > this.#most) return;
    const entry = { level, wall: this.#options.wallNow(), message, facts };
    if (this.#sink !== undefined) this.#write(this.#sink, entry);
    else {
      if (this.#waiting.length < WAITING_MAX) this.#waiting.push(entry);
      this.#opening ??= this.#open();
    }
  }

  #write(sink: LogSink, entry: LogEntry): void {
    try {
      sink.write(entry);
    } catch {
      this.#sink = NOWHERE;
    }
  }

  async #open(): Promise<void> {
    try {
      this.#sink = await this.#options.open();
    } catch {
      this.#sink = NOWHERE; // a log that cannot be written breaks nothing
    }
    for (const entry of this.#waiting) this.#write(this.#sink, entry);
    this.#waiting = [];
  }
}

const NOWHERE: LogSink = { write: () => undefined, close: () => Promise.resolve() };

/** For whoever is run without a log. */
export const SILENT: RunLog = new RunLog({
  level: "silent",
  open: () => Promise.resolve(NOWHERE),
  wallNow: () => 0n,
});
