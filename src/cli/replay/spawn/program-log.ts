import { Buffer } from "node:buffer";
import { closeSync, openSync, writeSync } from "node:fs";
import { FieldtapeError } from "../../../errors.ts";

/** Bytes of the end that are kept, and of the whole that a file takes. */
const KEPT_MAX = 64 * 1024;
const FILE_MAX = 16 * 1024 * 1024;
const LINES_MAX = 20;
const LINE_MAX = 400;

/** What a program says on stdout and stderr, as it came: the end of it, and in a file its beginning, both bounded. */
export class ProgramLog implements Disposable {
  readonly #path: string | undefined;
  readonly #descriptor: number | undefined;
  #room = FILE_MAX;
  #end: Uint8Array[] = [];
  #kept = 0;

  /** @throws FieldtapeError OUTPUT_EXISTS, OUTPUT_FAILED for a file that cannot be begun */
  constructor(path: string | undefined) {
    this.#path = path;
    this.#descriptor = path === undefined ? undefined : begun(path);
  }

  take(bytes: Uint8Array): void {
    this.#end.push(bytes);
    this.#kept += bytes.length;
    for (let first = this.#end[0]; first !== undefined && this.#kept - first.length >= KEPT_MAX; first = this.#end[0]) {
      this.#kept -= first.length;
      this.#end.shift();
    }
    this.#file(bytes);
  }

  /** Its last lines, oldest first. */
  lastWords(): readonly string[] {
    const text = new TextDecoder().decode(Buffer.concat(this.#end).subarray(-KEPT_MAX));
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
    return lines.slice(-LINES_MAX).map((line) => line.slice(0, LINE_MAX));
  }

  [Symbol.dispose](): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  #file(bytes: Uint8Array): void {
    if (this.#descriptor === undefined || this.#room === 0) return;
    const taken = bytes.subarray(0, this.#room);
    this.#room -= taken.length;
    const cut = this.#room === 0 ? `\n… the rest is left out: ${this.#path} holds no more than 16 MiB\n` : "";
    try {
      writeSync(this.#descriptor, taken);
      if (cut !== "") writeSync(this.#descriptor, cut);
    } catch {
      this.#room = 0; // a full disk costs the log, not the replay
    }
  }
}

function begun(path: string): number {
  try {
    return openSync(path, "wx", 0o600);
  } catch (cause) {
    const there = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    throw new FieldtapeError(
      there ? "OUTPUT_EXISTS" : "OUTPUT_FAILED",
      there ? `${path} is already there` : `cannot write ${path}`,
      { cause, file: path },
    );
  }
}
