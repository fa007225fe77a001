import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import process from "node:process";
import { type Nanos, ZERO } from "../time/nanos.ts";
import { processorTime, residentBytes } from "./process-use.ts";
import { type Command, scrubbedEnvironment } from "./sandbox.ts";

/** Whoever hears a child. */
export interface ChildListener {
  /** What it wrote; valid until the call returns. */
  takes(bytes: Uint8Array): void;
  logs(bytes: number): void;
  /** It is gone, and everything that it wrote was told before. */
  gone(how: string): void;
}

const LOG_TAIL_BYTES = 4096;
const LOG_LINES = 12;
const LOG_WIDTH = 200;
/** So much may wait for a program that reads slowly. */
const WAITING_MAX = 256 * 1024;

/** What `unshare` says, with exit code 1, when what runs in its namespaces was killed: it cannot end in the same way. */
const KILLED_INSIDE = /^unshare: sigprocmask unblock failed/m;

/** Those that run: whoever ends, by whatever way, takes them with it. */
const running = new Set<Child>();
let heard = false;

/** Another program: bytes in, bytes out, the end of its log, and its end, with everything that it started. */
export class Child {
  readonly #process: ChildProcessWithoutNullStreams;
  #tail: Uint8Array = new Uint8Array();
  #drained: () => void = () => undefined;

  constructor([file, ...args]: Command, folder: string, listener: ChildListener) {
    this.#process = spawn(file, args, {
      cwd: folder,
      env: scrubbedEnvironment(),
      stdio: ["pipe", "pipe", "pipe"],
      // A group of its own, to be ended whole; and Ctrl-C is ours to hear.
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    const { stdin, stdout, stderr } = this.#process;
    stdout.on("data", (bytes: Uint8Array) => listener.takes(bytes));
    stderr.on("data", (bytes: Uint8Array) => {
      this.#keepLog(bytes);
      listener.logs(bytes.length);
    });
    // What cannot be written is told by its end.
    for (const stream of [stdin, stdout, stderr]) stream.on("error", () => undefined);
    for (const event of ["drain", "close"]) stdin.on(event, () => this.#drained());
    let how = "ended";
    this.#process.on("error", (cause) => {
      how = `cannot be started (${cause.message})`;
      if (this.#process.pid === undefined) listener.gone(how);
    });
    this.#process.on("exit", (code, signal) => {
      how = signal === null ? `ended by itself with exit code ${code}` : `was ended by ${signal}`;
      this.#killGroup();
    });
    this.#process.on("close", () => {
      running.delete(this);
      listener.gone(KILLED_INSIDE.test(this.#text) ? "was ended by SIGKILL" : how);
    });
    if (!heard) process.on("exit", killAll);
    heard = true;
    running.add(this);
  }

  /** The last lines of what it logged, as text that does nothing to a terminal. */
  get log(): readonly string[] {
    const lines = this.#text.split("\n").filter((line) => line.trim() !== "" && !KILLED_INSIDE.test(line));
    return lines.slice(-LOG_LINES).map((line) => (line.length > LOG_WIDTH ? `${line.slice(0, LOG_WIDTH)}…` : line));
  }

  get #text(): string {
    return new TextDecoder().decode(this.#tail).replaceAll(/[^\P{Cc}\n]/gu, " ");
  }

  /** Resident memory of it and what it started, in bytes. */
  get memory(): number {
    return this.#process.pid === undefined ? 0 : residentBytes(this.#process.pid);
  }

  /** Processor time that it and what it started have taken. */
  get processor(): Nanos {
    return this.#process.pid === undefined ? ZERO : processorTime(this.#process.pid);
  }

  /** Resolves when more may be written; also when nobody reads it any more. `done`: the bytes are used no longer. */
  async write(bytes: Uint8Array, done: () => void): Promise<void> {
    const { stdin } = this.#process;
    stdin.write(bytes, done);
    if (stdin.writableLength < WAITING_MAX || stdin.destroyed) return;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
  }

  /** While it is idle it keeps nobody waiting for its end. */
  set idle(idle: boolean) {
    const { stdin, stdout, stderr } = this.#process;
    for (const one of [this.#process, stdin, stdout, stderr]) {
      if (idle) unref(one);
      else ref(one);
    }
  }

  /** At once, with everything that it started. */
  kill(): void {
    this.#killGroup();
    this.#process.kill("SIGKILL");
    for (const stream of this.#process.stdio) stream?.destroy();
  }

  #killGroup(): void {
    const { pid } = this.#process;
    if (pid === undefined || process.platform === "win32") return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // Nobody is left in it.
    }
  }

  #keepLog(bytes: Uint8Array): void {
    const kept = this.#tail.subarray(Math.max(0, this.#tail.length + bytes.length - LOG_TAIL_BYTES));
    const tail = new Uint8Array(Math.min(LOG_TAIL_BYTES, kept.length + bytes.length));
    if (bytes.length < LOG_TAIL_BYTES) tail.set(kept.subarray(kept.length - (tail.length - bytes.length)));
    tail.set(bytes.subarray(Math.max(0, bytes.length - LOG_TAIL_BYTES)), Math.max(0, tail.length - bytes.length));
    this.#tail = tail;
  }
}

function killAll(): void {
  for (const child of running) child.kill();
}

/** The streams of a child are sockets, which their type does not say. */
function ref(one: object): void {
  if ("ref" in one && typeof one.ref === "function") one.ref();
}

function unref(one: object): void {
  if ("unref" in one && typeof one.unref === "function") one.unref();
}
