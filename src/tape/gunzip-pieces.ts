import { Buffer } from "node:buffer";
import { createInflateRaw, type InflateRaw } from "node:zlib";
import type { FileSource } from "./file-source.ts";

/** What a gzip member begins with, as fieldtape writes it, and nearly everyone: method 8, no flags but a name (RFC 1952 §2.3). */
const MAGICS = [Buffer.from([0x1f, 0x8b, 0x08, 0x00]), Buffer.from([0x1f, 0x8b, 0x08, 0x08])] as const;
const HEADER_BYTES = 10;
const HAS_NAME = 0x08;
const TRAILER_BYTES = 8;
const CHUNK_BYTES = 65_536;
/** zlib's smallest. What was decompressed into a chunk is lost if the data turns out damaged before the chunk is full. */
const SMALLEST_CHUNK_BYTES = 64;
const NUL = Buffer.alloc(1);

/**
 * What can be decompressed of a damaged file: where the data of a member breaks off, the next member is looked for. A NUL stands for each
 * place where something was lost, and `onBroken` is told.
 */
export async function* gunzipPieces(
  source: FileSource,
  onBroken: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const size = (await source.size()) ?? 0;
  let start = 0;
  while (start < size) {
    const member = new Member(source, start);
    yield* member.inflated(CHUNK_BYTES);
    if (member.end !== undefined) {
      start = member.end;
      continue;
    }
    onBroken();
    yield* behind(new Member(source, start).inflated(SMALLEST_CHUNK_BYTES), member.given);
    yield NUL;
    start = await nextMember(source, start + 1);
  }
}

/** One member. Whether its checksum is right is not looked at (the tape has hashes of its own), but whether its length is. */
class Member {
  /** Where the next one begins; `undefined` if this one breaks off. */
  end: number | undefined;
  /** Bytes decompressed. */
  given = 0;
  readonly #source: FileSource;
  readonly #start: number;

  constructor(source: FileSource, start: number) {
    this.#source = source;
    this.#start = start;
  }

  async *inflated(chunkSize: number): AsyncGenerator<Uint8Array, void, undefined> {
    const inflate = createInflateRaw({ chunkSize });
    const out: Buffer[] = [];
    inflate.on("data", (data: Buffer) => out.push(data));
    // Heard while something is being fed; here so that it is never unheard.
    inflate.on("error", () => undefined);
    let header: number | undefined;
    let fed = 0;
    for await (const chunk of this.#source.chunks(this.#start)) {
      header ??= headerLength(chunk);
      if (header === 0) return;
      const bytes = Buffer.from(fed === 0 ? chunk.subarray(header) : chunk);
      fed += bytes.length;
      const broken = await feed(inflate, bytes);
      for (const data of out.splice(0)) {
        this.given += data.length;
        yield data;
      }
      if (broken) return;
      if (inflate.bytesWritten === fed) continue;
      const end = this.#start + header + inflate.bytesWritten + TRAILER_BYTES;
      // Damaged data may well seem to end, far from where it should.
      if ((await lengthBefore(this.#source, end)) === this.given % 2 ** 32) this.end = end;
      return;
    }
  }
}

/** Whether the data turned out damaged. */
function feed(inflate: InflateRaw, bytes: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    inflate.once("error", () => resolve(true));
    inflate.once("end", () => resolve(false));
    inflate.write(bytes, (error) => resolve(error !== null && error !== undefined));
  });
}

/** The length that a member says it has decompressed, in the four bytes at its end. */
async function lengthBefore(source: FileSource, end: number): Promise<number | undefined> {
  for await (const chunk of source.chunks(end - 4)) {
    if (chunk.length < 4) return undefined;
    return Buffer.from(chunk.subarray(0, 4)).readUInt32LE();
  }
  return undefined;
}

/** 0 if this is no member. */
function headerLength(bytes: Uint8Array): number {
  if (!MAGICS.some((magic) => magic.every((byte, index) => bytes[index] === byte))) return 0;
  if (bytes[3] !== HAS_NAME) return HEADER_BYTES;
  return bytes.indexOf(0, HEADER_BYTES) + 1;
}

/** What comes after the first `given` bytes. */
async function* behind(
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
  given: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = given;
  for await (const chunk of chunks) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

async function nextMember(source: FileSource, from: number): Promise<number> {
  let position = from;
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of source.chunks(from)) {
    const bytes = Buffer.concat([tail, chunk]);
    const found = MAGICS.map((magic) => bytes.indexOf(magic)).filter((place) => place !== -1);
    if (found.length > 0) return position + Math.min(...found);
    tail = bytes.subarray(Math.max(0, bytes.length - 3));
    position += bytes.length - tail.length;
  }
  return Number.MAX_SAFE_INTEGER;
}
