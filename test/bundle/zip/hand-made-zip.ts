import { deflateRawSync, crc32 as zlibCrc32 } from "node:zlib";

/** One entry of a zip that is put together by hand, as wrong as a test needs it. */
export interface HandMade {
  readonly name: string | Buffer;
  readonly data?: Buffer | string;
  readonly method?: number;
  readonly flags?: number;
  /** Of Unix: type and permissions. */
  readonly mode?: number;
  readonly system?: number;
  readonly attributes?: number;
  /** What the directory says instead of the truth. */
  readonly size?: number;
  readonly compressedSize?: number;
  readonly offset?: number;
  readonly localName?: string;
  readonly localMethod?: number;
  /** Bytes behind the data. */
  readonly behind?: Buffer;
  readonly extra?: Buffer;
}

export interface HandMadeZip {
  readonly before?: Buffer;
  readonly comment?: string;
  readonly count?: number;
  readonly directoryStart?: number;
  readonly behind?: Buffer;
  /** The 64-bit form of the directory's place, and what it says. */
  readonly zip64?: { readonly count?: number; readonly start?: number; readonly size?: number };
}

const UNIX = 3;
const PLAIN = 0o100600;

export function handMadeZip(entries: readonly HandMade[], zip: HandMadeZip = {}): Buffer {
  const pieces: Buffer[] = [zip.before ?? Buffer.alloc(0)];
  const directory: Buffer[] = [];
  let at = pieces[0]!.length;
  for (const entry of entries) {
    const { method = 0, flags = 0x800 } = entry;
    const data = Buffer.from(entry.data ?? "");
    const packed = method === 8 ? deflateRawSync(data) : data;
    const facts = { crc: zlibCrc32(data), packed: packed.length, size: data.length };
    const local = localHeader(entry, { ...facts, method: entry.localMethod ?? method, flags });
    pieces.push(local, packed, entry.behind ?? Buffer.alloc(0));
    directory.push(directoryHeader(entry, { ...facts, method, flags }, at));
    at += local.length + packed.length + (entry.behind?.length ?? 0);
  }
  const start = zip.directoryStart ?? at;
  const listed = Buffer.concat(directory);
  pieces.push(listed);
  const count = zip.count ?? entries.length;
  if (zip.zip64 !== undefined) {
    const { count: many = count, start: from = start, size = listed.length } = zip.zip64;
    pieces.push(end64({ count: many, start: from, size }, at + listed.length));
  }
  pieces.push(end({ count, start, size: listed.length }, zip.comment ?? ""), zip.behind ?? Buffer.alloc(0));
  return Buffer.concat(pieces);
}

interface Facts {
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly method: number;
  readonly flags: number;
}

function localHeader(entry: HandMade, facts: Facts): Buffer {
  const name = Buffer.from(entry.localName ?? entry.name);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(facts.flags, 6);
  header.writeUInt16LE(facts.method, 8);
  header.writeUInt32LE(facts.crc, 14);
  header.writeUInt32LE(facts.packed, 18);
  header.writeUInt32LE(facts.size, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name]);
}

function directoryHeader(entry: HandMade, facts: Facts, offset: number): Buffer {
  const name = Buffer.from(entry.name);
  const extra = entry.extra ?? Buffer.alloc(0);
  const { mode = PLAIN, system = UNIX } = entry;
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE((system << 8) | 63, 4);
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(facts.flags, 8);
  header.writeUInt16LE(facts.method, 10);
  header.writeUInt32LE(facts.crc, 16);
  header.writeUInt32LE(entry.compressedSize ?? facts.packed, 20);
  header.writeUInt32LE(entry.size ?? facts.size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(entry.attributes ?? (mode << 16) >>> 0, 38);
  header.writeUInt32LE(entry.offset ?? offset, 42);
  return Buffer.concat([header, name, extra]);
}

interface Place {
  readonly count: number;
  readonly start: number;
  readonly size: number;
}

function end({ count, start, size }: Place, comment: string): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(size, 12);
  record.writeUInt32LE(start, 16);
  record.writeUInt16LE(comment.length, 20);
  return Buffer.concat([record, Buffer.from(comment)]);
}

function end64({ count, start, size }: Place, at: number): Buffer {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(at), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator]);
}

/** The extra field with which an entry says its size in 64 bits. */
export function size64(size: bigint): Buffer {
  const field = Buffer.alloc(12);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8, 2);
  field.writeBigUInt64LE(size, 4);
  return field;
}
