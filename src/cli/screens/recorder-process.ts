import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { programRoot } from "../program-root.ts";
import type { RecorderEnd } from "./recording-view.ts";

export interface RecorderOptions {
  /** `record tcp …`, as the user gave it, without `--ui`. */
  readonly command: readonly string[];
  readonly argv: readonly string[];
  /** Path of the control socket that the user asked for. */
  readonly control: string | undefined;
}

/** A recorder that runs by itself: it needs nothing of ours, and ends by its own signals or its control socket only. */
export interface RecorderProcess {
  readonly pid: number | undefined;
  readonly control: string;
  readonly ended: Promise<RecorderEnd>;
  /** What it has said so far, by lines. */
  words(): readonly string[];
  signal(name: "SIGINT"): void;
  /** Takes away what only a screen needs; never while the recorder runs. */
  tidyUp(): void;
  /** Lets this process end while the recorder goes on. */
  letGo(): void;
}

const WORDS_MAX = 64 * 1024;

/**
 * Its own session, so that neither Ctrl-C nor the end of the terminal reaches it; its words go to a file: a pipe that nobody reads
 * any more would hold it up.
 */
export function startRecorder({ command, argv, control }: RecorderOptions): RecorderProcess {
  const folder = mkdtempSync(join(tmpdir(), "fieldtape-"));
  const log = join(folder, "recorder.log");
  const socket = control ?? join(folder, "control");
  const steered = control === undefined ? ["--control", `unix:${socket}`] : [];
  const words = openSync(log, "wx", 0o600);
  const child = spawn(process.execPath, [join(programRoot(), "bin/run.js"), ...command, ...steered, ...argv], {
    detached: true,
    stdio: [process.stdin.isTTY ? "ignore" : "inherit", "ignore", words],
  });
  closeSync(words);
  const read = (): readonly string[] => wordsIn(log);
  return {
    pid: child.pid,
    control: socket,
    ended: endOf(child, read),
    words: read,
    signal: (name) => void child.kill(name),
    tidyUp: () => rmSync(folder, { recursive: true, force: true }),
    letGo: () => child.unref(),
  };
}

async function endOf(child: ChildProcess, words: () => readonly string[]): Promise<RecorderEnd> {
  try {
    await once(child, "exit");
  } catch (thrown) {
    return { code: null, signal: null, words: [thrown instanceof Error ? thrown.message : String(thrown)] };
  }
  return { code: child.exitCode, signal: child.signalCode, words: words() };
}

function wordsIn(log: string): readonly string[] {
  try {
    const text = readFileSync(log, "utf8").slice(-WORDS_MAX);
    return text.split("\n").filter((line) => line !== "");
  } catch {
    return [];
  }
}
