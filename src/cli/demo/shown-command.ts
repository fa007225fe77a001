import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { programRoot } from "../program-root.ts";

export interface ShownResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line of this program, run as its user would run it. It is told to end when the demo is. */
export class ShownCommand {
  readonly #child: ChildProcess;
  readonly #result: Promise<ShownResult>;
  readonly #signal: AbortSignal;
  #stdout = "";
  #stderr = "";

  constructor(args: readonly string[], folder: string, signal: AbortSignal) {
    signal.throwIfAborted();
    this.#signal = signal;
    // Continuous integration may not accept goldens; the demo's folder is its own.
    const env = { ...process.env, CI: "", NO_COLOR: "1" };
    this.#child = spawn(process.execPath, [join(programRoot(), "bin", "run.js"), ...args], {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text) => {
      this.#stderr += text;
    });
    const end = (): boolean => this.#child.kill("SIGTERM");
    signal.addEventListener("abort", end);
    this.#result = once(this.#child, "close").then(([code]) => {
      signal.removeEventListener("abort", end);
      return { code, stdout: this.#stdout, stderr: this.#stderr };
    });
  }

  get result(): Promise<ShownResult> {
    return this.#result;
  }

  /** Waits until it has said something on stderr; answers with the match. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#stderr);
      if (match !== null) return match;
      const ended = await Promise.race([
        this.#result.then(() => true),
        once(this.#child.stderr ?? this.#child, "data").then(() => false),
      ]);
      this.#signal.throwIfAborted();
      if (ended && !pattern.test(this.#stderr)) throw new Error(`a command of the demo failed:\n${this.#stderr}`);
    }
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }
}
