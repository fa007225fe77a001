import { type FileHandle, open, stat } from "node:fs/promises";
import type { Clock } from "../time/clock.ts";
import { millis, plus } from "../time/nanos.ts";

export interface FollowOptions {
  readonly path: string;
  readonly clock: Clock;
  bytes(bytes: Uint8Array): void;
  /** The file was replaced or begun anew: what comes next does not belong to what came before. */
  broke(): void;
  /** False: what is there stays there until the next look. */
  mayRead(): boolean;
}

const LOOK_EVERY = millis(20);
const READ_MAX = 64 * 1024;

interface Followed {
  readonly handle: FileHandle;
  readonly inode: number;
  offset: number;
}

/** Reads what is added to a file, that need not be there yet, until it is stopped. Looks 50 times a second. */
export class FollowedFile {
  readonly #options: FollowOptions;
  readonly #stopping = new AbortController();
  #file: Followed | undefined;
  /** Handed on with what was read into it; most looks read nothing. */
  #buffer = new Uint8Array(READ_MAX);
  #following: Promise<void> = Promise.resolve();

  private constructor(options: FollowOptions) {
    this.#options = options;
  }

  /** Begins at the end of the file, if it is there; else at the start of the one that will be. Rejects when it may not be read. */
  static async open(options: FollowOptions): Promise<FollowedFile> {
    const followed = new FollowedFile(options);
    const found = await stat(options.path).catch(() => undefined);
    if (found !== undefined) await followed.#open(found.size);
    followed.#following = followed.#follow();
    return followed;
  }

  /** Reads what was added until now, and no more. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#following;
    await this.#look().catch(() => {});
    await this.#file?.handle.close();
  }

  async #follow(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // A file that cannot be read now may be readable at the next look: it is not ours to keep in order.
      await this.#look().catch(() => {});
      await clock.sleepUntil(plus(clock.now(), LOOK_EVERY), signal).catch(() => {});
    }
  }

  async #look(): Promise<void> {
    const found = await stat(this.#options.path).catch(() => undefined);
    const file = this.#file;
    if (file !== undefined && (found?.ino !== file.inode || found.size < file.offset)) {
      if (found?.ino !== file.inode) await this.#read(file);
      this.#file = undefined;
      await file.handle.close();
      this.#options.broke();
    }
    if (this.#file === undefined && found !== undefined) await this.#open(0);
    if (this.#file !== undefined) await this.#read(this.#file);
  }

  async #open(offset: number): Promise<void> {
    const handle = await open(this.#options.path, "r");
    this.#file = { handle, inode: (await handle.stat()).ino, offset };
  }

  async #read(file: Followed): Promise<void> {
    while (this.#options.mayRead()) {
      const { bytesRead } = await file.handle.read(this.#buffer, 0, READ_MAX, file.offset);
      if (bytesRead === 0) return;
      const read = this.#buffer.subarray(0, bytesRead);
      this.#buffer = new Uint8Array(READ_MAX);
      file.offset += bytesRead;
      this.#options.bytes(read);
    }
  }
}
