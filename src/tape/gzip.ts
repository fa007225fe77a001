import { Buffer } from "node:buffer";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { constants, gzip as gzipWithCallback } from "node:zlib";
import { FieldtapeError } from "../errors.ts";
import { openContents } from "./file-contents.ts";
import { FileSource } from "./file-source.ts";
import { BLOCK_BYTES, LINE_MAX } from "./limits.ts";
import { openTape } from "./reader.ts";
import { exists } from "./segments.ts";
import { alreadyThere, fileSystem, onDisk, type TapeFile } from "./tape-disk.ts";

const gzip = promisify(gzipWithCallback);
const NEWLINE = 0x0a;
/** How our hash lines begin, after the end of the line before. */
const HASH_LINES = [Buffer.from('\n{"type":"block",'), Buffer.from('\n{"type":"end",')];
/** A tape without hash lines is cut into members of about this size. */
const MEMBER_MAX = 4 * BLOCK_BYTES;

export interface GzipOptions {
  readonly force?: boolean;
  /** Aborted, it leaves everything as it was and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Compresses a closed tape into `<path>.gz`, one gzip member for each hash block, and removes the plain one. Nothing of what the tape says
 * changes, its hashes neither; its blobs stay where they are. The compressed bytes are the same only for the same version of Node's zlib.
 *
 * @throws FieldtapeError USAGE if the tape is still open (it has no end) or compressed already; OUTPUT_EXISTS, DISK_FULL, OUTPUT_FAILED;
 *   what `openTape` throws
 */
export async function compressTape(path: string, options: GzipOptions = {}): Promise<string> {
  await refuseOpenTape(path, options.signal);
  const out = `${path}.gz`;
  await using source = await FileSource.open(path);
  await write(out, options, members(source.chunks(0)));
  await onDisk(path, fileSystem.remove(path));
  return out;
}

/** The way back: `<path>` without `.gz`. @throws FieldtapeError as `compressTape` */
export async function decompressTape(path: string, options: GzipOptions = {}): Promise<string> {
  if (!path.endsWith(".gz")) throw new FieldtapeError("USAGE", `${path} is not named .gz`, { file: path });
  const out = path.slice(0, -".gz".length);
  await using source = await FileSource.open(path);
  const { chunks } = await openContents(source, 0);
  await write(out, options, chunks);
  await onDisk(path, fileSystem.remove(path));
  return out;
}

async function refuseOpenTape(path: string, signal: AbortSignal | undefined): Promise<void> {
  await using tape = await openTape(path);
  for await (const _ of tape.batches({ verify: false, ...(signal === undefined ? {} : { signal }) }));
  const { compressed, end } = tape.facts();
  if (compressed) throw new FieldtapeError("USAGE", `${path} is compressed already`, { file: path });
  if (end === undefined) {
    throw new FieldtapeError("USAGE", `${path} was not closed: it has no end`, {
      file: path,
      hint: "if no recording is writing it any more, fieldtape tape recover closes it",
    });
  }
}

/** Writes beside the place and moves there, so that a half-written file is never taken for the whole. */
async function write(
  out: string,
  { force = false, signal }: GzipOptions,
  pieces: AsyncIterable<Uint8Array>,
): Promise<void> {
  if (!force && (await exists(out))) throw alreadyThere(out);
  const passing = `${out}.new`;
  const file = await onDisk(out, fileSystem.create(passing, true));
  try {
    await writeAll(file, out, pieces, signal);
    signal?.throwIfAborted();
    await onDisk(out, file.datasync());
    await onDisk(out, file.close());
    await onDisk(out, fileSystem.move(passing, out));
    await onDisk(out, fileSystem.syncFolder(dirname(out)));
  } catch (thrown) {
    await file.close().catch(() => undefined);
    await fileSystem.remove(passing);
    throw thrown;
  }
}

async function writeAll(
  file: TapeFile,
  out: string,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  let position = 0;
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    for (let written = 0; written < piece.length; ) {
      written += await onDisk(out, file.write([piece.subarray(written)], position + written));
    }
    position += piece.length;
  }
}

/** The bytes in gzip members, each ending with a hash line. */
async function* members(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let held = Buffer.alloc(0);
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk]);
    let start = 0;
    for (let end = memberEnd(held, start); end !== -1; end = memberEnd(held, start)) {
      yield await compressed(held.subarray(start, end));
      start = end;
    }
    held = Buffer.from(held.subarray(start));
  }
  if (held.length > 0) yield await compressed(held);
}

/** Where the member that begins at `start` ends: after the first whole hash line, or after enough lines without one. */
function memberEnd(bytes: Buffer, start: number): number {
  const begins = HASH_LINES.map((line) => bytes.indexOf(line, start)).filter((at) => at !== -1);
  const hashLine = begins.length === 0 ? -1 : bytes.indexOf(NEWLINE, Math.min(...begins) + 1);
  if (hashLine !== -1) return hashLine + 1;
  if (bytes.length - start < MEMBER_MAX + LINE_MAX) return -1;
  return bytes.lastIndexOf(NEWLINE, start + MEMBER_MAX) + 1 || bytes.indexOf(NEWLINE, start) + 1;
}

function compressed(member: Uint8Array): Promise<Buffer> {
  return gzip(member, { level: constants.Z_DEFAULT_COMPRESSION });
}
