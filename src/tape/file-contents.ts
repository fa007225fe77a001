import { Buffer } from "node:buffer";
import type { ByteSource } from "./byte-source.ts";
import { gunzipped, isGzip } from "./gunzip.ts";

/** What a file says, decompressed if it is compressed. Chunks are valid until the next one is asked for. */
export interface Contents {
  readonly compressed: boolean;
  readonly chunks: AsyncGenerator<Uint8Array, void, undefined>;
}

/** The contents from byte `start` (uncompressed) on. Compressed ones are read from their beginning and passed over. */
export async function openContents(source: ByteSource, start: number): Promise<Contents> {
  const bytes = source.chunks(0);
  const head = await nextCopy(bytes);
  if (isGzip(head)) return { compressed: true, chunks: after(gunzipped(joined(head, bytes), source.path), start) };
  if (start === 0) return { compressed: false, chunks: joined(head, bytes) };
  await bytes.return();
  return { compressed: false, chunks: source.chunks(start) };
}

/** The first bytes again, then the rest; closes the rest when left early. */
export async function* joined(
  head: Uint8Array,
  rest: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (head.length > 0) yield head;
    yield* rest;
  } finally {
    await rest.return();
  }
}

async function nextCopy(chunks: AsyncGenerator<Uint8Array, void, undefined>): Promise<Buffer> {
  const { value } = await chunks.next();
  return Buffer.from(value ?? []);
}

async function* after(
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
  start: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = start;
  for await (const chunk of chunks) {
    if (chunk.length > left) yield left === 0 ? chunk : chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
