import { Buffer } from "node:buffer";
import { collidingPath, pathProblem } from "../../bytes/portable-path.ts";
import { ENTRIES_MAX, RATIO_FREE_BYTES, RATIO_MAX, TOTAL_BYTES_MAX } from "../limits.ts";

/** What the central directory of a zip says of one entry, and what stands where it points. */
export interface ZipEntryFacts {
  readonly nameBytes: Uint8Array;
  readonly flags: number;
  /** 0: stored, 8: deflated. */
  readonly method: number;
  /** The system whose attributes it has: 3 is Unix. */
  readonly system: number;
  readonly attributes: number;
  readonly size: number;
  readonly compressedSize: number;
  /** Where its local header begins, and its data. */
  readonly offset: number;
  readonly dataStart: number;
  /** What its local header says again. */
  readonly local: { readonly nameBytes: Uint8Array; readonly flags: number; readonly method: number };
}

export interface ZipFacts {
  readonly entries: readonly ZipEntryFacts[];
  readonly fileSize: number;
  /** Where the central directory begins: all before it are entries. */
  readonly directoryStart: number;
}

/** A name as an archive has it; `undefined` if it is no UTF-8, or not said to be. APPNOTE 4.4.4: bit 11. */
export function nameOf({ nameBytes, flags }: Pick<ZipEntryFacts, "nameBytes" | "flags">): string | undefined {
  const isPlain = nameBytes.every((byte) => byte < 0x80);
  if (!isPlain && (flags & UTF8) === 0) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(nameBytes);
  } catch {
    return undefined;
  }
}

/** APPNOTE 4.4.4: encrypted, its strong form, a directory that is encrypted. */
const ENCRYPTED = 0x0001 | 0x0040 | 0x2000;
const DESCRIPTOR = 0x0008;
const UTF8 = 0x0800;
/** Besides, how hard the packer tried. */
const KNOWN = DESCRIPTOR | UTF8 | 0x0006;
const UNIX = 3;
const UNIX_FILE = 0o10;
const DOS_FOLDER = 0x10;
/** Of a descriptor behind the data: with a signature or not, sizes of 4 bytes or 8. */
const DESCRIPTOR_LENGTHS: ReadonlySet<number> = new Set([12, 16, 20, 24]);

/**
 * Why this zip must not be opened; `undefined` if it may. A bundle comes from somebody else, so it is taken only as it is written: plain files
 * with names that mean the same everywhere, back to back, each told of once.
 */
export function layoutProblem({ entries, fileSize, directoryStart }: ZipFacts): string | undefined {
  if (entries.length > ENTRIES_MAX) return `has more than ${ENTRIES_MAX} entries`;
  for (const entry of entries) {
    const problem = entryProblem(entry);
    if (problem !== undefined) return problem;
  }
  const names = entries.map((entry) => nameOf(entry) ?? "");
  const colliding = collidingPath(names);
  if (colliding !== undefined) return `${shown(colliding)} is there twice, or is another name for what is there`;
  return sizeProblem(entries, fileSize) ?? placeProblem(entries, directoryStart);
}

function entryProblem(entry: ZipEntryFacts): string | undefined {
  const name = nameOf(entry);
  if (name === undefined) return "has a name that is no UTF-8";
  if ((entry.flags & ENCRYPTED) !== 0) return `${shown(name)} is encrypted by the zip itself`;
  const path = pathProblem(name.endsWith("/") ? name.slice(0, -1) : name);
  if (path !== undefined) return `${shown(name)} is no name for a file: it ${path}`;
  const kind = kindProblem(entry, name);
  if (kind !== undefined) return `${shown(name)} ${kind}`;
  if (entry.method !== 0 && entry.method !== 8) return `${shown(name)} is packed in a way that bundles do not use`;
  if ((entry.flags & ~KNOWN) !== 0) return `${shown(name)} has flags that bundles do not use`;
  if (entry.method === 0 && entry.size !== entry.compressedSize)
    return `${shown(name)} is stored in another size than its own`;
  const { local } = entry;
  const isSame = Buffer.compare(local.nameBytes, entry.nameBytes) === 0 && local.method === entry.method;
  if (!isSame || local.flags !== entry.flags) return `${shown(name)} is called otherwise where its bytes are`;
  return undefined;
}

function kindProblem({ system, attributes }: ZipEntryFacts, name: string): string | undefined {
  const type = system === UNIX ? attributes >>> 28 : 0;
  if (type === 0o12) return "is a link";
  if (name.endsWith("/") || type === 0o4 || (attributes & DOS_FOLDER) !== 0)
    return "is a folder, which a bundle has none of";
  return type === 0 || type === UNIX_FILE ? undefined : "is no plain file";
}

function sizeProblem(entries: readonly ZipEntryFacts[], fileSize: number): string | undefined {
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > TOTAL_BYTES_MAX) return `unpacks to ${total} bytes; ${TOTAL_BYTES_MAX} are allowed`;
  if (isBomb(total, fileSize))
    return `unpacks to more than ${RATIO_MAX} times its size: ${total} bytes from ${fileSize}`;
  return undefined;
}

/** Whether so much from so little is more than any recording gives. */
export function isBomb(total: number, fileSize: number): boolean {
  return total > RATIO_FREE_BYTES && total > RATIO_MAX * fileSize;
}

/** Entries fill what is before the directory, in some order, without sharing a byte and without room for anything else. */
function placeProblem(entries: readonly ZipEntryFacts[], directoryStart: number): string | undefined {
  const placed = entries.toSorted((a, b) => a.offset - b.offset);
  let end = 0;
  let loose: ReadonlySet<number> = NOTHING;
  for (const entry of placed) {
    const between = entry.offset - end;
    if (between < 0) return `${shown(nameOf(entry) ?? "")} shares bytes with the entry before it`;
    if (!loose.has(between)) return "has bytes between its entries that belong to none";
    end = entry.dataStart + entry.compressedSize;
    loose = (entry.flags & DESCRIPTOR) === 0 ? NOTHING : DESCRIPTOR_LENGTHS;
  }
  if (end > directoryStart) return "has an entry that reaches into its directory";
  return loose.has(directoryStart - end) ? undefined : "has bytes before its directory that belong to no entry";
}

const NOTHING: ReadonlySet<number> = new Set([0]);

const shown = (name: string): string => JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
