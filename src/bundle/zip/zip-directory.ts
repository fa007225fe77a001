import { Buffer } from "node:buffer";

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const END_BYTES = 22;
const END_64_BYTES = 56;
const LOCATOR_BYTES = 20;
/** As much as is looked at, from the end of the file. */
export const TAIL_BYTES = END_BYTES + LOCATOR_BYTES + END_64_BYTES;

/** Where the central directory of a zip is, by its own account. */
export interface DirectoryPlace {
  readonly start: number;
  readonly size: number;
  readonly count: number;
}

/**
 * Reads the end of a zip: `tail` is the last bytes of a file of `fileSize` bytes. A bundle has no comment, so nothing has to be searched for, and
 * no two readers can find two different directories in it. APPNOTE 4.3.14–16.
 */
export function directoryPlace(tail: Uint8Array, fileSize: number): DirectoryPlace | { readonly problem: string } {
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength);
  const end = bytes.length - END_BYTES;
  if (end < 0 || bytes.readUInt32LE(end) !== END)
    return { problem: "does not end as a bundle does: cut off, or another kind of zip" };
  if (bytes.readUInt16LE(end + 20) !== 0) return { problem: "has a comment, which a bundle has none of" };
  const small = {
    count: bytes.readUInt16LE(end + 10),
    size: bytes.readUInt32LE(end + 12),
    start: bytes.readUInt32LE(end + 16),
  };
  const onDisks = [bytes.readUInt16LE(end + 4), bytes.readUInt16LE(end + 6), small.count - bytes.readUInt16LE(end + 8)];
  if (onDisks.some((number) => number !== 0)) return { problem: "is one of several parts" };
  const locator = end - LOCATOR_BYTES;
  const isLarge = locator >= 0 && bytes.readUInt32LE(locator) === LOCATOR_64;
  const place = isLarge ? large(bytes, locator, fileSize) : small;
  if ("problem" in place) return place;
  if (isLarge && !agrees(small, place)) return { problem: "says two different things about its directory" };
  const stop = fileSize - (isLarge ? TAIL_BYTES : END_BYTES);
  return place.start + place.size === stop ? place : { problem: "has its directory in another place than it says" };
}

function large(bytes: Buffer, locator: number, fileSize: number): DirectoryPlace | { readonly problem: string } {
  const record = locator - END_64_BYTES;
  const problem = "has a directory whose 64-bit form is not right";
  if (record < 0 || bytes.readUInt32LE(record) !== END_64) return { problem };
  if (number64(bytes, locator + 8) !== fileSize - TAIL_BYTES || bytes.readUInt32LE(locator + 16) > 1)
    return { problem };
  // APPNOTE 4.3.14.1: the size that the record has of itself leaves out its first 12 bytes.
  if (number64(bytes, record + 4) !== END_64_BYTES - 12) return { problem };
  const count = number64(bytes, record + 32);
  if (number64(bytes, record + 24) !== count) return { problem: "is one of several parts" };
  return { count, size: number64(bytes, record + 40), start: number64(bytes, record + 48) };
}

/** A small number is the large one, or says that there is one. */
function agrees(small: DirectoryPlace, large64: DirectoryPlace): boolean {
  return (
    [0xffff, large64.count].includes(small.count) &&
    [0xffff_ffff, large64.size].includes(small.size) &&
    [0xffff_ffff, large64.start].includes(small.start)
  );
}

/** Beyond 2^53 it is no place in any file: it stays unequal to everything that is one. */
function number64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}
