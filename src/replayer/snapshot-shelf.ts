import { Buffer } from "node:buffer";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Json } from "../bytes/json.ts";
import { sha256Hex } from "../bytes/sha256.ts";
import { systemCode } from "../errors.ts";
import { decodeSnapshot, encodeSnapshot } from "../machine/snapshot.ts";
import { fileKey, indexFolder } from "../tape/index-file.ts";
import type { ChannelRecord, OutputRecord } from "../tape/record.ts";
import type { TapePlace } from "../tape/scanner.ts";
import type { Nanos } from "../time/nanos.ts";
import type { Landmark } from "./feed.ts";
import type { Position } from "./replay-run.ts";

/** Whatever, besides the tape, decides what a subject's state is at some place of it. */
export interface SnapshotIdentity {
  readonly subject: string;
  readonly config: Json;
  /** Digest of the code that runs: fieldtape's and the subject's own. */
  readonly code: string;
  readonly seed: number;
  /** What part of the tape the subject hears, and how. */
  readonly feed: Json;
}

/** A run as it was at some place: enough to go on from there. */
export interface Snapshot {
  readonly position: Position;
  readonly landmark: Landmark;
  /** All state of the subject. */
  readonly state: Uint8Array;
  /** What each machine had said last about its state. */
  readonly said: readonly OutputRecord[];
}

/** A moment before `at` in which no line from `line` on had been fed. */
export interface Sought {
  readonly at?: Nanos;
  readonly line?: number;
}

/** Where snapshots of one subject on one tape are kept. */
export interface Shelf {
  /** The last one of such a moment. */
  before(sought: Sought): Promise<Snapshot | undefined>;
  /** Whether it has a place for snapshots of that size at all. */
  put(snapshot: Snapshot): Promise<boolean>;
}

/** All snapshots of a shelf. */
export const SHELF_BYTES_MAX = 64 * 1024 * 1024;
/** One that alone takes more than its share would leave no room for others. */
export const SNAPSHOT_BYTES_MAX = SHELF_BYTES_MAX / 8;
const VERSION = 1;
const NAME = /^([0-9a-f]{24})-([0-9]{1,16})-([0-9]{1,16})\.snapshot$/;
const DIGEST_LENGTH = 64;

interface Kept {
  readonly name: string;
  readonly key: string;
  readonly line: number;
  readonly at: number;
}

/** What a file holds, behind the digest of it. */
interface Stored {
  readonly position: Position;
  readonly place: TapePlace;
  readonly channels: readonly ChannelRecord[];
  readonly lastInput: Nanos;
  readonly state: Uint8Array;
  readonly said: readonly OutputRecord[];
}

/**
 * Snapshots of one subject on one tape, in `<tape>.index/`. A pure cache: what does not fit, does not verify or cannot be
 * written is as if it were not there.
 */
export class SnapshotShelf implements Shelf {
  readonly #folder: string;
  readonly #key: string;
  /** Bytes of each file, as far as they were asked for. */
  readonly #sizes = new Map<string, number>();

  private constructor(folder: string, key: string) {
    this.#folder = folder;
    this.#key = key;
  }

  /** `undefined` for what is no file: it cannot be read again. */
  static async open(tape: string, identity: SnapshotIdentity): Promise<SnapshotShelf | undefined> {
    // A pipe is not even opened a second time: that would wait for a second writer.
    const file = (await stat(tape)).isFile() ? await fileKey(tape) : undefined;
    if (file === undefined) return undefined;
    const { subject, config, code, seed, feed } = identity;
    const told = JSON.stringify([VERSION, file, subject, config, code, seed, feed]);
    return new SnapshotShelf(indexFolder(tape), sha256Hex(Buffer.from(told)).slice(0, 24));
  }

  async before({ at, line }: Sought): Promise<Snapshot | undefined> {
    const fitting = (await this.#kept()).filter(
      (kept) =>
        kept.key === this.#key &&
        kept.at < (at ?? Number.POSITIVE_INFINITY) &&
        kept.line < (line ?? Number.POSITIVE_INFINITY),
    );
    for (const { name } of fitting.toReversed()) {
      const snapshot = await this.#read(name);
      if (snapshot !== undefined) return snapshot;
    }
    return undefined;
  }

  async put(snapshot: Snapshot): Promise<boolean> {
    const { position, landmark, state, said } = snapshot;
    const name = `${this.#key}-${position.line}-${position.at}.snapshot`;
    const { place, lastInput } = landmark;
    const stored: Stored = { position, place, channels: landmark.channels(), lastInput, state, said };
    const body = encodeSnapshot(stored);
    if (body.length > SNAPSHOT_BYTES_MAX) return false;
    if (!NAME.test(name)) return true;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await this.#makeRoom(body.length);
      const path = join(this.#folder, name);
      await writeFile(`${path}.new`, [Buffer.from(sha256Hex(body), "latin1"), body], { mode: 0o600 });
      await rename(`${path}.new`, path);
    } catch (thrown) {
      if (systemCode(thrown) === undefined) throw thrown;
    }
    return true;
  }

  /** In the order of their lines. */
  async #kept(): Promise<readonly Kept[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const kept: Kept[] = [];
    for (const name of names) {
      const [, key, line, at] = NAME.exec(name) ?? [];
      if (key === undefined) continue;
      kept.push({ name, key, line: Number(line), at: Number(at) });
    }
    return kept.toSorted((a, b) => a.line - b.line || a.at - b.at);
  }

  /** Takes away what no longer fits the tape, the subject or the code; then every second one of ours. */
  async #makeRoom(bytes: number): Promise<void> {
    const kept = await this.#kept();
    let total = bytes;
    for (const { name } of kept) total += await this.#size(name);
    if (total <= SHELF_BYTES_MAX) return;
    const foreign = kept.filter(({ key }) => key !== this.#key);
    const surplus = foreign.length > 0 ? foreign : kept.filter((_, index) => index % 2 === 0);
    for (const { name } of surplus) await rm(join(this.#folder, name), { force: true });
  }

  async #size(name: string): Promise<number> {
    const known = this.#sizes.get(name);
    if (known !== undefined) return known;
    const status = await stat(join(this.#folder, name)).catch(() => undefined);
    this.#sizes.set(name, status?.size ?? 0);
    return status?.size ?? 0;
  }

  async #read(name: string): Promise<Snapshot | undefined> {
    try {
      const file = await readFile(join(this.#folder, name));
      const body = file.subarray(DIGEST_LENGTH);
      if (file.toString("latin1", 0, DIGEST_LENGTH) !== sha256Hex(body)) return undefined;
      const stored = decodeSnapshot(body);
      if (!isStored(stored)) return undefined;
      const { position, place, channels, lastInput, state, said } = stored;
      return { position, landmark: { place, channels: () => channels, lastInput }, state, said };
    } catch {
      // A snapshot that cannot be read is none: the seek is cold.
      return undefined;
    }
  }
}

/** Digest, name and version fitted, so we wrote it; this only tells it from what another program with our file name wrote. */
function isStored(value: unknown): value is Stored {
  return typeof value === "object" && value !== null && "position" in value && "state" in value && "said" in value;
}
