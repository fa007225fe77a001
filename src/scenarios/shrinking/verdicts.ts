import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { FieldtapeError } from "../../errors.ts";

/** Which candidates showed what they had to show, by their keys. */
export interface Verdicts {
  of(key: string): boolean | undefined;
  add(key: string, shows: boolean): void;
}

/** So many verdicts are lost at most when the process is killed. */
const KEPT_BACK_MAX = 32;

const VERDICT = /^([+-])([0-9a-f]{32})$/;

/**
 * Verdicts in a file, one a line, so that a search that was broken off can go on where it was: what was tried is known, and the same
 * decisions lead to the same place.
 */
export class VerdictFile implements Verdicts, Disposable {
  readonly #path: string;
  readonly #known = new Map<string, boolean>();
  #waiting = "";
  #count = 0;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * Begins a file for the search that `identity` names; with `resume` goes on with the one that is there.
   *
   * @throws FieldtapeError INPUT_MISSING when there is nothing to go on with, USAGE when it belongs to another search, OUTPUT_FAILED
   */
  static open(path: string, identity: string, { resume }: { readonly resume: boolean }): VerdictFile {
    const file = new VerdictFile(path);
    const head = `fieldtape minimise 1 ${identity}`;
    if (resume) file.#read(head);
    else writing(path, () => file.#begin(head));
    return file;
  }

  of(key: string): boolean | undefined {
    return this.#known.get(key);
  }

  add(key: string, shows: boolean): void {
    this.#known.set(key, shows);
    this.#waiting += `${shows ? "+" : "-"}${key}\n`;
    this.#count += 1;
    if (this.#count >= KEPT_BACK_MAX) this.#write();
  }

  /** The search came to its end: nobody needs the file any more. */
  remove(): void {
    this.#waiting = "";
    rmSync(this.#path, { force: true });
  }

  [Symbol.dispose](): void {
    if (this.#waiting !== "") this.#write();
  }

  #begin(head: string): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, `${head}\n`, { mode: 0o600 });
  }

  #read(head: string): void {
    const file = this.#path;
    if (!existsSync(file)) {
      throw new FieldtapeError("INPUT_MISSING", "there is no search to go on with", {
        file,
        hint: "leave out --resume",
      });
    }
    const [first, ...lines] = readFileSync(file, "utf8").split("\n");
    if (first !== head) {
      throw new FieldtapeError("USAGE", "is of another search: the tape, the subject or what must stay was another", {
        file,
        hint: "leave out --resume to begin anew",
      });
    }
    // A line that was cut off when the process died is passed over: its candidate is tried again.
    for (const line of lines) {
      const [, sign, key] = VERDICT.exec(line) ?? [];
      if (key !== undefined) this.#known.set(key, sign === "+");
    }
    writing(file, () => appendFileSync(file, "\n"));
  }

  #write(): void {
    const text = this.#waiting;
    this.#waiting = "";
    this.#count = 0;
    writing(this.#path, () => appendFileSync(this.#path, text));
  }
}

function writing(file: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new FieldtapeError("OUTPUT_FAILED", "cannot keep what was tried", { file, cause });
  }
}
