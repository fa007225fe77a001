import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { FieldtapeError } from "../errors.ts";

/** Decompression stops at this many times the compressed size, plus the allowance (docs/tape-format.md, *Limits*). */
const RATIO_MAX = 1000;
const ALLOWANCE_BYTES = 16 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** Whether these are the first bytes of a gzip file (RFC 1952 §2.3.1). */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * The bytes of a gzip file with any number of members.
 * @throws FieldtapeError TAPE_MALFORMED where the compressed data is damaged or breaks off, after what came before it;
 *   LIMIT_EXCEEDED where it grows beyond all measure.
 */
export async function* gunzipped(
  compressed: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  let read = 0;
  let grown = 0;
  const counted = async function* () {
    for await (const chunk of compressed) {
      read += chunk.length;
      // Copied: the stream reads ahead, and the source reuses its buffers.
      yield Buffer.from(chunk);
    }
  };
  const abort = new AbortController();
  const flow = pipeline(Readable.from(counted()), gunzip, { signal: abort.signal });
  flow.catch(() => undefined);
  try {
    for await (const chunk of gunzip) {
      if (!(chunk instanceof Uint8Array)) continue;
      grown += chunk.length;
      if (grown > read * RATIO_MAX + ALLOWANCE_BYTES) throw bomb(file);
      yield chunk;
    }
    await flow;
  } catch (thrown) {
    throw thrown instanceof FieldtapeError ? thrown : damaged(file, thrown);
  } finally {
    abort.abort();
    await flow.catch(() => undefined);
  }
}

const bomb = (file: string): FieldtapeError =>
  new FieldtapeError("LIMIT_EXCEEDED", `${file} grows to more than ${RATIO_MAX} times its size when decompressed`, {
    file,
  });

const damaged = (file: string, cause: unknown): FieldtapeError =>
  new FieldtapeError("TAPE_MALFORMED", `${file}: the compressed data is damaged or breaks off`, {
    file,
    cause,
    hint: `fieldtape tape recover ${file} keeps everything that is whole`,
  });
