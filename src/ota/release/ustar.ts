import { Buffer } from "node:buffer";

/** Everything in a tar archive comes in blocks of this many bytes (POSIX.1-1988). */
export const BLOCK = 512;
/** What programs that write tapes fill an archive up to. */
export const RECORD: number = 20 * BLOCK;
/** An archive ends with two blocks of zeros. */
export const END_OF_ARCHIVE: Uint8Array = new Uint8Array(2 * BLOCK);

export interface Entry {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly mode: number;
}

/** The largest size that eleven octal digits say. */
const OCTAL_MAX = 0o77777777777;

/**
 * What stands before a plain file's bytes: a header block as POSIX.1-1988 has it (ustar), owner 0, date 0. Where its fields are too
 * short for path or size, or the path is not ASCII, a pax header (POSIX.1-2001) comes before it. One entry has one encoding.
 */
export function encodeEntry(entry: Entry): Uint8Array {
  const place = /^[\u0020-\u007e]*$/.test(entry.path) ? splitPath(entry.path) : undefined;
  if (place !== undefined && entry.size <= OCTAL_MAX) return header({ ...place, ...entry, type: "0" });
  const records = Buffer.from(
    (place === undefined ? paxRecord("path", entry.path) : "") +
      (entry.size > OCTAL_MAX ? paxRecord("size", entry.size.toString()) : ""),
  );
  const size = entry.size > OCTAL_MAX ? 0 : entry.size;
  return Buffer.concat([
    header({ name: "pax", prefix: "", size: records.length, mode: 0o644, type: "x" }),
    records,
    new Uint8Array(paddingOf(records.length)),
    header({ ...(place ?? { name: "long", prefix: "" }), size, mode: entry.mode, type: "0" }),
  ]);
}

/** Zeros after `size` bytes, up to the next block. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/**
 * What a header block claims to be; `undefined` if it is none, or any one byte of it was changed. It is compared with what the
 * manifest says, and never acted upon.
 */
export function describeHeader(block: Uint8Array): DescribedEntry | undefined {
  const sum = /^([0-7]{6})(\0 | \0)$/.exec(Buffer.from(block.subarray(148, 156)).toString("latin1"))?.[1];
  if (sum === undefined || Number.parseInt(sum, 8) !== checksum(block)) return undefined;
  if (field(block, 257, 5) !== "ustar") return undefined;
  const prefix = field(block, 345, 155);
  return {
    path: (prefix === "" ? "" : `${prefix}/`) + field(block, 0, 100),
    size: octal(block, 124, 12),
    mode: octal(block, 100, 8) & 0o7777,
    kind: KINDS[String.fromCharCode(block[156] ?? 0)] ?? "something unknown",
  };
}

export interface DescribedEntry extends Entry {
  /** "a file", "a symbolic link", … */
  readonly kind: string;
}

export const PLAIN_FILE = "a file";

const KINDS: Readonly<Record<string, string>> = {
  "0": PLAIN_FILE,
  "\0": PLAIN_FILE,
  "1": "a hard link",
  "2": "a symbolic link",
  "3": "a character device",
  "4": "a block device",
  "5": "a folder",
  "6": "a pipe",
  x: "a pax header",
  g: "a global pax header",
  L: "a long name",
};

interface HeaderFields {
  readonly name: string;
  readonly prefix: string;
  readonly size: number;
  readonly mode: number;
  readonly type: "0" | "x";
}

function header({ name, prefix, size, mode, type }: HeaderFields): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  const digits = (value: number, width: number): string => `${value.toString(8).padStart(width, "0")}\0`;
  block.write(name, 0, "latin1");
  block.write(digits(mode, 7), 100, "latin1");
  block.write(digits(0, 7), 108, "latin1");
  block.write(digits(0, 7), 116, "latin1");
  block.write(digits(size, 11), 124, "latin1");
  block.write(digits(0, 11), 136, "latin1");
  block.write(type, 156, "latin1");
  block.write("ustar\x0000", 257, "latin1");
  block.write(prefix, 345, "latin1");
  block.write(`${checksum(block).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

/** Path in the two fields of a header: all in `name` if it fits, else cut at the first slash that leaves no more than `name` holds. */
function splitPath(path: string): { name: string; prefix: string } | undefined {
  if (path.length <= 100) return { name: path, prefix: "" };
  const cut = path.indexOf("/", path.length - 101);
  if (cut < 1 || cut > 155 || cut === path.length - 1) return undefined;
  return { name: path.slice(cut + 1), prefix: path.slice(0, cut) };
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself (POSIX.1-2001, pax). */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (rest + length.toString().length !== length) length++;
  return `${length} ${key}=${value}\n`;
}

/** Sum of the block's bytes, its own field taken as blanks. */
function checksum(block: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let index = 0; index < BLOCK; index++) if (index < 148 || index >= 156) sum += block[index] ?? 0;
  return sum;
}

function field(block: Uint8Array, start: number, length: number): string {
  const bytes = block.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString("utf8");
}

function octal(block: Uint8Array, start: number, length: number): number {
  const text = field(block, start, length).trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : -1;
}
