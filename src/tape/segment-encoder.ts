import type { Buffer } from "node:buffer";
import { type Nanos, plus, ZERO } from "../time/nanos.ts";
import { HASH_DIGITS, HashChain, NO_HASH } from "./hash-chain.ts";
import { BLOCK_BYTES } from "./limits.ts";
import type { LineEncoder } from "./line-encoder.ts";
import type { HeaderRecord, TapeRecord } from "./record.ts";

/** A hash line that was written: the byte after its digits, the digits, its own `at`, and the lines up to it, itself among them. */
export interface Seal {
  readonly at: Nanos;
  readonly byte: number;
  readonly digits: string;
  readonly lines: number;
  /** It is the `end`: nothing follows. */
  readonly last: boolean;
}

/** Whole lines that were encoded, and the hash lines among them. */
export interface EncodedLines {
  readonly bytes: Buffer;
  readonly lines: number;
  readonly seals: readonly Seal[];
}

/**
 * Records in, the bytes of one tape (or segment) out: header, hash lines at the next line after every 64 KiB, end. No file and no clock:
 * the same records give the same bytes.
 */
export class SegmentEncoder {
  /** Lines and bytes so far, those taken included. */
  lines = 0;
  /** `at` of the last record, counted like those given: from the beginning of segment 0. */
  lastAt: Nanos;
  /** What the chain ended with so far. */
  digits: string;
  private readonly encoder: LineEncoder;
  private readonly chain: HashChain;
  /** `at` 0 of this segment. */
  private readonly origin: Nanos;
  private taken = 0;
  private takenLines = 0;
  private seals: Seal[] = [];
  /** As far as the encoder's buffer went into the hash. */
  private hashed = 0;
  /** The byte at which the lines after the last hash line begin. */
  private blockStart = 0;

  constructor(header: HeaderRecord, encoder: LineEncoder, origin: Nanos = ZERO) {
    this.encoder = encoder;
    this.origin = origin;
    this.lastAt = origin;
    this.chain = new HashChain(header.previous ?? NO_HASH);
    this.digits = header.previous ?? NO_HASH;
    this.encoder.append(header, 0);
    this.lines++;
  }

  get bytes(): number {
    return this.taken + this.encoder.length;
  }

  /** `at` of the last record, as it stands in this segment. */
  get ownAt(): Nanos {
    return plus(this.lastAt, -this.origin);
  }

  /** Bytes not yet taken: whole lines. */
  get pending(): number {
    return this.encoder.length;
  }

  /**
   * A source's own header, block and end are passed over: a tape has its own.
   * @throws FieldtapeError LIMIT_EXCEEDED for a line that is too long; nothing is then written.
   */
  write(record: TapeRecord): void {
    if (record.type === "header" || record.type === "block" || record.type === "end") return;
    if (record.at < this.lastAt) throw wentBack(record.at, this.lastAt);
    this.encoder.append(record, this.origin);
    this.lastAt = record.at;
    this.lines++;
    if (this.taken + this.encoder.length - this.blockStart >= BLOCK_BYTES) this.block();
  }

  /** The last line. Nothing may be written after it. */
  end(reason: string, at: Nanos): void {
    this.lastAt = at;
    this.seal(
      `{"type":"end","at":${this.ownAt},"records":${this.lines},"reason":${JSON.stringify(reason)},"sha256":"`,
      true,
    );
  }

  /** What was written since the last time. `LineEncoder.reuse` takes the bytes back. */
  take(): EncodedLines {
    const { encoder, seals } = this;
    const lines = this.lines - this.takenLines;
    this.hash(encoder.length);
    this.taken += encoder.length;
    this.takenLines = this.lines;
    this.hashed = 0;
    this.seals = [];
    return { bytes: encoder.take(), lines, seals };
  }

  private block(): void {
    this.seal(`{"type":"block","at":${this.ownAt},"records":${this.lines},"sha256":"`, false);
  }

  private seal(beforeDigits: string, last: boolean): void {
    const { encoder } = this;
    encoder.appendLine(`${beforeDigits}${NO_HASH}"}`);
    const digitsStart = encoder.length - 3 - HASH_DIGITS;
    this.hash(digitsStart);
    this.digits = this.chain.seal();
    encoder.bytes.write(this.digits, digitsStart, "latin1");
    this.hashed = digitsStart + HASH_DIGITS;
    this.lines++;
    this.seals.push({ at: this.ownAt, byte: this.taken + this.hashed, digits: this.digits, lines: this.lines, last });
    this.blockStart = this.bytes;
  }

  private hash(end: number): void {
    if (end > this.hashed) this.chain.update(this.encoder.bytes.subarray(this.hashed, end));
    this.hashed = end;
  }
}

const wentBack = (at: Nanos, lastAt: Nanos): Error =>
  new Error(`bug in fieldtape: at ${at} goes back behind ${lastAt}`);
