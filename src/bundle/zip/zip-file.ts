import { open, stat } from "node:fs/promises";
import { type Entry, openPromise, type ZipFile as YauzlFile } from "yauzl";
import { FieldtapeError, systemCode } from "../../errors.ts";
import { ENTRIES_MAX } from "../limits.ts";
import { type DirectoryPlace, directoryPlace, TAIL_BYTES } from "./zip-directory.ts";
import { layoutProblem, nameOf, type ZipEntryFacts } from "./zip-layout.ts";

export interface ZipEntry {
  readonly path: string;
  readonly size: number;
}

/** A zip that may be opened: its directory was judged, not one byte of its entries is believed. */
export class ZipFile implements AsyncDisposable {
  readonly path: string;
  readonly entries: readonly ZipEntry[];
  readonly #zip: YauzlFile;
  readonly #found: ReadonlyMap<string, Entry>;

  private constructor(path: string, zip: YauzlFile, found: ReadonlyMap<string, Entry>) {
    this.path = path;
    this.#zip = zip;
    this.#found = found;
    this.entries = [...found].map(([name, { uncompressedSize }]) => ({ path: name, size: uncompressedSize }));
  }

  /** @throws FieldtapeError INPUT_MISSING, INPUT_UNREADABLE; INPUT_MALFORMED for what is no zip, or none that a bundle may be */
  static async open(path: string): Promise<ZipFile> {
    const { place, fileSize } = await directoryOf(path);
    const zip = await reading(path, () =>
      openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: false }),
    );
    try {
      const found = new Map<string, Entry>();
      const facts: ZipEntryFacts[] = [];
      let directorySize = 0;
      await reading(path, async () => {
        for await (const entry of zip.eachEntry()) {
          const fact = await factsOf(zip, entry);
          facts.push(fact);
          found.set(nameOf(fact) ?? "", entry);
          directorySize += 46 + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
        }
      });
      if (directorySize !== place.size) throw refusal(path, "has a directory of another size than it says");
      const problem = layoutProblem({ entries: facts, fileSize, directoryStart: place.start });
      if (problem !== undefined) throw refusal(path, problem);
      return new ZipFile(path, zip, found);
    } catch (thrown) {
      zip.close();
      throw thrown;
    }
  }

  /**
   * The bytes of an entry, never more than the size that it is said to have.
   *
   * @throws FieldtapeError INPUT_MALFORMED, INPUT_UNREADABLE
   */
  async *chunks({ path }: Pick<ZipEntry, "path">): AsyncGenerator<Uint8Array> {
    const entry = this.#found.get(path);
    if (entry === undefined) throw refusal(this.path, `has no ${JSON.stringify(path)}`);
    const stream = await reading(this.path, () => this.#zip.openReadStreamPromise(entry));
    let left = entry.uncompressedSize;
    try {
      for await (const chunk of stream) {
        left -= chunk.length;
        if (left < 0) break;
        yield chunk;
      }
    } catch (thrown) {
      throw inputFailure(this.path, thrown);
    }
    if (left !== 0) throw refusal(this.path, `${JSON.stringify(path)} unpacks to another size than it says`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#zip.close();
  }
}

/** The place of the directory, from the file's end. */
async function directoryOf(path: string): Promise<{ place: DirectoryPlace; fileSize: number }> {
  return await reading(path, async () => {
    if (!(await stat(path)).isFile()) throw refusal(path, "is no file");
    await using handle = await open(path, "r");
    const { size: fileSize } = await handle.stat();
    const length = Math.min(TAIL_BYTES, fileSize);
    const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, fileSize - length);
    const place = directoryPlace(buffer.subarray(0, bytesRead), fileSize);
    if ("problem" in place) throw refusal(path, place.problem);
    if (place.count > ENTRIES_MAX) throw refusal(path, `has more than ${ENTRIES_MAX} entries`);
    return { place, fileSize };
  });
}

async function factsOf(zip: YauzlFile, entry: Entry): Promise<ZipEntryFacts> {
  const local = await zip.readLocalFileHeaderPromise(entry);
  return {
    // Undecoded, a name is bytes; the types know only the decoded one.
    nameBytes: entry.fileNameRaw,
    flags: entry.generalPurposeBitFlag,
    method: entry.compressionMethod,
    system: entry.versionMadeBy >>> 8,
    attributes: entry.externalFileAttributes,
    size: entry.uncompressedSize,
    compressedSize: entry.compressedSize,
    offset: entry.relativeOffsetOfLocalHeader,
    dataStart: local.fileDataStart,
    local: {
      nameBytes: local.fileName,
      flags: local.generalPurposeBitFlag,
      method: local.compressionMethod,
    },
  };
}

async function reading<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw inputFailure(path, thrown);
  }
}

function inputFailure(file: string, cause: unknown): unknown {
  if (cause instanceof FieldtapeError) return cause;
  const code = systemCode(cause);
  if (code === "ENOENT") return new FieldtapeError("INPUT_MISSING", "there is no such bundle", { file, cause });
  // zlib says what is wrong with the data in the same way as the system what is wrong with the file.
  if (code !== undefined && !code.startsWith("Z_"))
    return new FieldtapeError("INPUT_UNREADABLE", "cannot be read", { file, cause });
  return cause instanceof Error ? refusal(file, `is no sound zip: ${cause.message}`, cause) : cause;
}

/** A bundle that is not opened. */
export function refusal(file: string, problem: string, cause?: unknown): FieldtapeError {
  return new FieldtapeError("INPUT_MALFORMED", `${problem}; nothing of it was opened`, {
    file,
    ...(cause === undefined ? {} : { cause }),
    hint: "it was damaged on its way, or made by something else: ask for it again",
  });
}
