import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { programRoot } from "../program-root.ts";
import type { RecorderEnd } from "./screen-link.ts";

export interface RecorderOptions {
  /** `record tcp …`, without `--ui`; its control socket is among the words. */
  readonly words: readonly string[];
  /** Where its own words go. */
  readonly log: string;
}

/** A recorder that runs by itself: it needs nothing of ours, and ends by its own signals or its control socket only. */
export interface RecorderProcess {
  readonly pid: number | undefined;
  readonly ended: Promise<RecorderEnd>;
  signal(name: "SIGINT"): void;
  /** Lets this process end while the recorder goes on. */
  letGo(): void;
}

const WORDS_MAX = 64 * 1024;

/**
 * Its own session, so that neither Ctrl-C nor the end of the terminal reaches it; its words go to a file: a pipe that nobody reads
 * any more would hold it up.
 */
export function startRecorder({ words, log }: RecorderOptions): RecorderProcess {
  const said = openSync(log, "a", 0o600);
  const child = spawn(process.execPath, [join(programRoot(), "bin/run.js"), ...words], {
    detached: true,
    stdio: [process.stdin.isTTY ? "ignore" : "inherit", "ignore", said],
  });
  closeSync(said);
  return {
    pid: child.pid,
    ended: endOf(child, log),
    signal: (name) => void child.kill(name),
    letGo: () => child.unref(),
  };
}

async function endOf(child: ChildProcess, log: string): Promise<RecorderEnd> {
  try {
    await once(child, "exit");
  } catch (thrown) {
    return { code: null, signal: null, words: [thrown instanceof Error ? thrown.message : String(thrown)] };
  }
  return { code: child.exitCode, signal: child.signalCode, words: wordsIn(log) };
}

/** What a recorder has said so far, by lines. */
export function wordsIn(log: string): readonly string[] {
  try {
    const text = readFileSync(log, "utf8").slice(-WORDS_MAX);
    return text.split("\n").filter((line) => line !== "");
  } catch {
    return [];
  }
}
