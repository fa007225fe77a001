import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import type { Readable } from "node:stream";
import { FieldtapeError, systemCode } from "../../../errors.ts";
import type { Clock } from "../../../time/clock.ts";
import { millis, type Nanos, plus, seconds } from "../../../time/nanos.ts";
import { ProgramLog } from "./program-log.ts";

export interface SpawnOptions {
  readonly command: readonly string[];
  /** Added to this process's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What stands in front of it, as `faketime` does. */
  readonly before?: readonly string[];
  /** A file for what it says on stdout and stderr. */
  readonly log: string | undefined;
  readonly clock: Clock;
}

/** How it ended. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Asked to end, a program has so long before it is killed. */
const MANNERS = seconds(2);
/** What a program said right before its death may still be under way. */
const LAST_BYTES = millis(100);

type Child = ChildProcessByStdio<null, Readable, Readable>;

/**
 * A program of the user's, in a process group of its own, which is ended as a whole: when it is disposed of, when it ends by itself,
 * and when this process exits. Never through a shell.
 */
export class SpawnedProgram implements AsyncDisposable {
  readonly name: string;
  readonly log: ProgramLog;
  /** How it ended by itself, or was ended. */
  end: ProgramEnd | undefined;
  /** Whether it was asked to. */
  asked = false;
  readonly #child: Child;
  readonly #clock: Clock;
  readonly #ended: Promise<void>;
  readonly #died = new AbortController();
  readonly #killGroup = (): void => {
    if (this.end === undefined) this.#signal("SIGKILL");
  };

  private constructor(child: Child, options: SpawnOptions, log: ProgramLog) {
    this.name = options.command[0] ?? "";
    this.log = log;
    this.#child = child;
    this.#clock = options.clock;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (bytes: Uint8Array) => log.take(bytes));
      stream.on("error", () => {}); // it ends with the program
    }
    process.once("exit", this.#killGroup);
    this.#ended = this.#watch();
  }

  /** @throws FieldtapeError LINK_OPEN_FAILED for a program that cannot be started */
  static async start(options: SpawnOptions): Promise<SpawnedProgram> {
    const [file = "", ...args] = [...(options.before ?? []), ...options.command];
    const log = new ProgramLog(options.log);
    try {
      const env = { ...process.env, ...options.env };
      const child = spawn(file, args, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
      await once(child, "spawn");
      return new SpawnedProgram(child, options, log);
    } catch (cause) {
      log[Symbol.dispose]();
      throw new FieldtapeError("LINK_OPEN_FAILED", `cannot start ${file}`, { cause, hint: startHint(cause) });
    }
  }

  /** Aborted, with a FieldtapeError SUBJECT_CRASHED, when it has failed by itself. */
  get died(): AbortSignal {
    return this.#died.signal;
  }

  /** Resolves when it has ended, at the latest after so long. */
  async endedWithin(span: Nanos): Promise<boolean> {
    const enough = new AbortController();
    const late = this.#clock.sleepUntil(plus(this.#clock.now(), span), enough.signal).catch(() => {});
    await Promise.race([this.#ended, late]);
    enough.abort();
    return this.end !== undefined;
  }

  /** That it has ended while it was needed. */
  crash(): FieldtapeError {
    return new FieldtapeError("SUBJECT_CRASHED", `the program ${this.name} ${endWords(this.end)}`, {
      hint: this.lastWords(),
    });
  }

  lastWords(): string {
    const words = this.log.lastWords();
    return words.length === 0 ? "it said nothing" : `its last words:\n    ${words.join("\n    ")}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.end === undefined) {
      this.asked = true;
      this.#signal("SIGTERM");
      if (!(await this.endedWithin(MANNERS))) this.#signal("SIGKILL");
      await this.#ended;
    }
    process.off("exit", this.#killGroup);
    // Whoever left its group and holds its pipes is not waited for.
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
    this.log[Symbol.dispose]();
  }

  async #watch(): Promise<void> {
    await once(this.#child, "exit");
    this.end = { code: this.#child.exitCode, signal: this.#child.signalCode };
    // Whatever it has started goes with it.
    this.#signal("SIGKILL");
    if (this.asked || this.end.code === 0) return;
    const never = new AbortController().signal;
    await this.#clock.sleepUntil(plus(this.#clock.now(), LAST_BYTES), never);
    this.#died.abort(this.crash());
  }

  #signal(name: "SIGTERM" | "SIGKILL"): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (process.platform === "win32") this.#child.kill(name);
      else process.kill(-pid, name);
    } catch (thrown) {
      if (systemCode(thrown) !== "ESRCH") throw thrown;
    }
  }
}

/** `ended with exit code 1`, `was killed by SIGSEGV` */
export function endWords(end: ProgramEnd | undefined): string {
  if (end === undefined) return "is running";
  return end.signal === null ? `ended with exit code ${end.code}` : `was killed by ${end.signal}`;
}

function startHint(cause: unknown): string {
  if (systemCode(cause) === "ENOENT") return "there is no such program: say its whole path, or look at PATH";
  if (systemCode(cause) === "EACCES") return "it may not be run: chmod +x makes a file a program";
  return "what is started is a program with arguments, never a shell's command line";
}
