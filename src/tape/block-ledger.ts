import { Buffer } from "node:buffer";
import { type BlockVerdict, ChainVerifier, digitsStart, HASH_DIGITS, NO_HASH } from "./hash-chain.ts";
import type { BlockRecord, EndRecord, HeaderRecord } from "./record.ts";

/** A block that does not match its hash line. Blocks are counted from 1; lines and bytes are the tape's, uncompressed. */
export interface DamagedBlock {
  readonly block: number;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly start: number;
  readonly end: number;
}

/** A line that is in the bytes being passed, with its newline, and its number. */
interface LinePlace {
  readonly start: number;
  readonly next: number;
  readonly line: number;
}

const HASH_LINES = ['"type":"block"', '"type":"end"'];

/** A damaged tape may have many; the first ones tell enough. */
const LISTED_MAX = 1000;

/** Holds the bytes of a tape against its hash lines while they pass, region by region. */
export class BlockLedger {
  hashLines = 0;
  /** Byte after the last hash line. */
  sealedTo: number;
  readonly damaged: DamagedBlock[] = [];
  damagedCount = 0;
  private readonly verifier: ChainVerifier | undefined;
  private bytes: Uint8Array = new Uint8Array(0);
  /** `bytes[0]` is this byte of the tape. */
  private origin = 0;
  /** As far as `bytes` went into the hash. */
  private hashed = 0;
  private blockLine: number;

  constructor(verify: boolean, from: { readonly byte: number; readonly line: number }) {
    this.sealedTo = from.byte;
    this.blockLine = from.line;
    this.verifier = verify ? new ChainVerifier(from.byte === 0 ? NO_HASH : undefined) : undefined;
  }

  /** The first line of a later segment says what its chain starts from. */
  begin(header: HeaderRecord): void {
    if (header.previous !== null) this.verifier?.restart(header.previous);
  }

  /** The next lines are in `bytes` from `start`, which is byte `byte` of the tape. */
  over(bytes: Uint8Array, start: number, byte: number): void {
    this.bytes = bytes;
    this.hashed = start;
    this.origin = byte - start;
  }

  /** All lines up to `end` have passed. */
  leave(end: number): void {
    this.hash(end);
  }

  /** Bytes that pass without being read as lines. */
  pass(bytes: Uint8Array): void {
    this.verifier?.update(bytes);
  }

  /** A hash line, which stands at `bytes[start, next)`. */
  judge(record: BlockRecord | EndRecord, { start, next, line }: LinePlace): void {
    if (record.sha256 === undefined) return;
    const digits = digitsStart(this.bytes, start, next - 1);
    this.hash(digits === -1 ? next : digits);
    // A hash line that does not end as it must has no digits to go by.
    const verdict = this.verifier?.judge(digits === -1 ? "" : record.sha256);
    if (digits !== -1) this.hashed = digits + HASH_DIGITS;
    this.close(verdict, next, line);
  }

  /** A line that is no record may end as a hash line does, its beginning damaged: then the block ends here all the same. */
  judgeUnreadable({ start, next, line }: LinePlace): void {
    const digits = digitsStart(this.bytes, start, next - 1);
    if (digits === -1) return;
    const text = Buffer.from(this.bytes.buffer, this.bytes.byteOffset + start, digits - start);
    if (!HASH_LINES.some((type) => text.includes(type))) return;
    this.hash(digits);
    this.hashed = digits + HASH_DIGITS;
    const verdict = this.verifier?.judge(Buffer.from(this.bytes.subarray(digits, this.hashed)).toString("latin1"));
    this.close(verdict, next, line);
  }

  private close(verdict: BlockVerdict | undefined, next: number, line: number): void {
    this.hashLines++;
    if (verdict === "damaged") this.note(this.origin + next, line);
    this.sealedTo = this.origin + next;
    this.blockLine = line + 1;
  }

  private note(end: number, lastLine: number): void {
    this.damagedCount++;
    if (this.damaged.length === LISTED_MAX) return;
    this.damaged.push({ block: this.hashLines, firstLine: this.blockLine, lastLine, start: this.sealedTo, end });
  }

  private hash(end: number): void {
    if (end > this.hashed) this.verifier?.update(this.bytes.subarray(this.hashed, end));
    this.hashed = end;
  }
}
