import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import process from "node:process";
import { onTestFinished } from "vitest";

const PROGRAM = resolve(import.meta.dirname, "../../bin/run.js");

/** What a finished run of the built program left. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Written to its standard input, which is then closed. */
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the built `fieldtape` to its end, as a user would: in a folder, on real files, without a terminal. */
export async function fieldtape(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const running = startFieldtape(args, options);
  running.child.stdin.end(options.input ?? "");
  return running.finished;
}

/** A run that is still going on. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly finished: Promise<Finished>;
  /** Resolves with all of stderr so far when it matches; rejects when the program ends before it does. */
  stderrMatches(pattern: RegExp): Promise<string>;
}

/** Starts the built `fieldtape` and leaves it running; it is killed when the test is over. */
export function startFieldtape(args: readonly string[], options: RunOptions = {}): Running {
  const env = { ...process.env, NO_COLOR: "1", ...options.env };
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: options.cwd, env });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  child.stdin.on("error", () => {}); // it may end before it has read its input
  const finished = once(child, "close").then(([code]) => ({ code, stdout, stderr }));
  return {
    child,
    finished,
    async stderrMatches(pattern) {
      while (!pattern.test(stderr)) {
        const ended = await Promise.race([finished.then(() => true), once(child.stderr, "data").then(() => false)]);
        if (ended && !pattern.test(stderr)) throw new Error(`ended without saying ${pattern}:\n${stderr}`);
      }
      return stderr;
    },
  };
}

/** The lines of an NDJSON output as values. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
