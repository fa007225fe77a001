import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OutputLines } from "../../replayer/output-lines.ts";
import type { TapeRecord } from "../../tape/record.ts";

const FLUSH_BYTES = 64 * 1024;

/** What a first run said, kept on disk until a second one has said the same. */
export class Spool implements AsyncDisposable {
  /** A tape without header and end. */
  readonly path: string;
  readonly #folder: string;
  readonly #file: FileHandle;
  readonly #lines = new OutputLines();

  private constructor(folder: string, path: string, file: FileHandle) {
    this.#folder = folder;
    this.path = path;
    this.#file = file;
  }

  static async open(): Promise<Spool> {
    const folder = await mkdtemp(join(tmpdir(), "fieldtape-"));
    const path = join(folder, "first.jsonl");
    return new Spool(folder, path, await open(path, "wx", 0o600));
  }

  async take(outputs: readonly TapeRecord[]): Promise<void> {
    for (const record of outputs) {
      this.#lines.append(record);
      if (this.#lines.length >= FLUSH_BYTES) await this.flush();
    }
  }

  async flush(): Promise<void> {
    await this.#file.writeFile(this.#lines.take());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
