import { Buffer } from "node:buffer";
import { rename } from "node:fs/promises";
import { dirname } from "node:path";
import { FieldtapeError } from "../errors.ts";
import { later, type Nanos, nanos, ZERO } from "../time/nanos.ts";
import { carryWholeBlob } from "./carry-blob.ts";
import { openContents } from "./file-contents.ts";
import { FileSource } from "./file-source.ts";
import { NO_HASH } from "./hash-chain.ts";
import { formatRecord, parseRecord } from "./line.ts";
import { isFrequent, lineAt } from "./line-at.ts";
import { LineSealer } from "./line-sealer.ts";
import { LineWalker, type WalkedLine } from "./line-walk.ts";
import { openTape } from "./reader.ts";
import type { BlobRecord, HeaderRecord } from "./record.ts";
import { segmentBefore } from "./segments.ts";
import { fileSystem, onDisk, type TapeFile } from "./tape-disk.ts";

export interface RewriteOptions {
  /** A new tape; else this one is replaced, in one step, when all is written. */
  readonly out?: string;
  readonly force: boolean;
  /** A record to be put in before this line, or at the end if there is no such line. */
  readonly insert?: { readonly line: number; readonly record: BlobRecord };
}

/**
 * Writes a tape anew with right hash lines. All other lines stay byte for byte as they are. A later segment takes up the hash of the one
 * before it, where that one is there. A tape that was not closed is not closed by this: it ends with a `block`.
 *
 * @throws FieldtapeError TAPE_MALFORMED for a tape that has to be recovered first; USAGE for what cannot be rewritten; what reading and
 *   writing throw
 */
export async function rewriteTape(path: string, options: RewriteOptions): Promise<void> {
  const header = await readThrough(path);
  const lines = new Rewriting({ ...header, previous: await previousOf(path, header) }, header, options.insert);
  const { out } = options;
  const target = out ?? `${path}.new`;
  const file = await onDisk(target, fileSystem.create(target, out === undefined || options.force));
  try {
    await copy(path, lines, { file, target });
    if (out !== undefined) for (const blob of lines.blobs) await carryWholeBlob(blob, [path], out);
    await onDisk(target, file.datasync());
    await onDisk(target, file.close());
    if (out === undefined) await onDisk(path, rename(target, path));
    await onDisk(target, fileSystem.syncFolder(dirname(target)));
  } catch (thrown) {
    await file.close().catch(() => undefined);
    await fileSystem.remove(target);
    throw thrown;
  }
}

/** Makes sure that the tape can be read to its end, and is one that can be rewritten line by line. */
async function readThrough(path: string): Promise<HeaderRecord> {
  await using tape = await openTape(path);
  const { compressed, schema } = tape.facts();
  const refused = (why: string, hint: string) => new FieldtapeError("USAGE", `${path} ${why}`, { file: path, hint });
  if (compressed) throw refused("is compressed", "decompress it first: its hashes are over the uncompressed bytes");
  if (schema === 1) throw refused("is of schema 1, which has no hashes", "fieldtape import writes it as schema 2");
  for await (const _ of tape.batches({ verify: false }));
  if (tape.facts().tornBytes > 0) {
    const hint = `fieldtape tape recover ${path} keeps everything that is whole`;
    throw new FieldtapeError("TAPE_MALFORMED", `the last line of ${path} is torn`, { file: path, hint });
  }
  if (tape.header !== undefined) return tape.header;
  throw refused("has no header: it is a golden or a fragment", "those have no hashes");
}

async function previousOf(path: string, header: HeaderRecord): Promise<string | null> {
  const before = await segmentBefore(path, header.segment);
  if (before === undefined) return header.previous;
  await using tape = await openTape(before);
  let digits: string | undefined;
  for await (const { records } of tape.batches({ verify: false })) {
    for (const record of records) if (record.type === "block" || record.type === "end") digits = record.sha256;
  }
  return digits ?? header.previous;
}

async function copy(
  path: string,
  lines: Rewriting,
  { file, target }: { file: TapeFile; target: string },
): Promise<void> {
  await using source = await FileSource.open(path);
  const walker = new LineWalker(0);
  let position = 0;
  const write = async (): Promise<void> => {
    const bytes = lines.take();
    for (let taken = 0; taken < bytes.length; )
      taken += await onDisk(target, file.write([bytes.subarray(taken)], position + taken));
    position += bytes.length;
  };
  const { chunks } = await openContents(source, 0);
  for await (const chunk of chunks) {
    walker.append(chunk, (line) => lines.line(line));
    await write();
  }
  lines.finish();
  await write();
}

/** Lines in, lines with right hash lines among them out. */
class Rewriting {
  readonly blobs: BlobRecord[] = [];
  readonly #header: HeaderRecord;
  readonly #headerStays: boolean;
  readonly #sealer: LineSealer;
  #insert: RewriteOptions["insert"];
  #line = 0;
  #at: Nanos = ZERO;
  #ended = false;

  constructor(header: HeaderRecord, was: HeaderRecord, insert: RewriteOptions["insert"]) {
    this.#header = header;
    this.#headerStays = header.previous === was.previous;
    this.#sealer = new LineSealer(header.previous ?? NO_HASH);
    this.#insert = insert;
  }

  /** Answers false: there is always more to come. */
  line(walked: WalkedLine): false {
    const { bytes, start, end } = walked;
    this.#line++;
    if (this.#insert !== undefined && this.#line >= this.#insert.line) this.#insertNow();
    const whole = bytes.subarray(start, end + 1);
    if (isFrequent(bytes, start)) {
      this.#at = nanos(Math.max(this.#at, lineAt(bytes, start, end) ?? 0));
      this.#sealer.line(whole, this.#at);
    } else this.#seldom(walked, whole);
    return false;
  }

  finish(): void {
    if (this.#insert !== undefined) this.#insertNow();
    if (!this.#ended) this.#sealer.block(this.#at);
  }

  take(): Buffer {
    return Buffer.concat(this.#sealer.take());
  }

  #seldom({ bytes, start, end }: WalkedLine, whole: Buffer): void {
    const record = parseRecord(bytes, start, end, this.#at);
    if (record.type === "block") return;
    if (record.type === "end") {
      if (this.#insert !== undefined) this.#insertNow();
      this.#ended = true;
      this.#sealer.end(record.reason, later(record.at, this.#at));
      return;
    }
    if (record.type !== "header") this.#at = record.at;
    if (record.type === "blob") this.blobs.push(record);
    if (record.type === "header" && !this.#headerStays) this.#sealer.line(lineOf(formatRecord(this.#header)), ZERO);
    else this.#sealer.line(whole, this.#at);
  }

  #insertNow(): void {
    const record = this.#insert?.record;
    this.#insert = undefined;
    if (record === undefined) return;
    this.#at = record.at;
    this.#sealer.line(lineOf(formatRecord(record)), record.at);
  }
}

const lineOf = (json: string): Buffer => Buffer.from(`${json}\n`);
