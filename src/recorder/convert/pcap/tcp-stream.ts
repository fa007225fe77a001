import type { Dir } from "../../../bytes/channel.ts";
import type { Nanos } from "../../../time/nanos.ts";
import type { RecordSink } from "../record-sink.ts";
import type { CapturedPacket } from "./captured-packet.ts";
import { PieceList } from "./piece-list.ts";

/** How much may wait for missing bytes: of one direction of a connection, and of all together. */
const WAITING_MAX = { bytes: 1 << 20, pieces: 1024, bytesInAll: 64 << 20, piecesInAll: 1 << 18 } as const;
/** Where the other end is not heard (a one-sided capture), nothing says what it got: then this is waited for. */
const SILENT_WAIT_MAX = 2_000_000_000;
/** No window is larger (RFC 7323: 65,535 × 2^14): a sequence number further away is of another connection. */
const WINDOW_MAX = 1 << 30;

/** What all streams of an import share: where their bytes go, and what they hold back together. */
export interface Reassembly {
  readonly records: RecordSink;
  waitingBytes: number;
  waitingPieces: number;
}

/** What waits behind missing bytes. */
interface Hole {
  readonly pieces: PieceList;
  readonly since: Nanos;
  /** How often the other end had been heard when the hole opened. */
  readonly heard: number;
}

/**
 * One direction of a TCP connection, from segments to bytes in their order. Positions count bytes since the stream was first
 * seen; sequence numbers (32 bits, which wrap) turn into positions as they come in. What was seen first wins. Bytes that
 * never come are a `gap` as soon as it is certain that they are not waited for any more:
 *
 * - the other end has acknowledged them: it got them, only the capture did not;
 * - the other end has been silent for 2 s of the capture's time;
 * - too much waits behind them (1 MiB or 1,024 pieces of a stream, 64 MiB or 262,144 pieces in all);
 * - the connection or the capture ends.
 */
export class TcpStream {
  readonly dir: Dir;
  channel = -1;
  /** Packets that this end sent, wrapping. */
  heard = 0;
  readonly #shared: Reassembly;
  /** Sequence number of the byte at `#position`, as int32. */
  #next = 0;
  #position = 0;
  /** Where the sequence numbers start: from a SYN, from the first bytes, or guessed from what the other end acknowledged. */
  #start: "unknown" | "guessed" | "seen" | "syn" = "unknown";
  #initial = 0;
  /** Position behind the last byte, once a FIN has said it. */
  #fin = -1;
  /** Position up to which the other end has got everything, where that is beyond what was seen. */
  #acknowledged = 0;
  #hole: Hole | undefined;

  constructor(dir: Dir, shared: Reassembly) {
    this.dir = dir;
    this.#shared = shared;
  }

  /** Every byte up to the FIN is on the tape. */
  get finished(): boolean {
    return this.#fin >= 0 && this.#position >= this.#fin;
  }

  get synchronised(): boolean {
    return this.#start === "syn";
  }

  /** Whether a SYN with this sequence number begins another connection than the one that is known. */
  begunOtherwise(sequence: number): boolean {
    if (this.#start === "syn") return sequence !== this.#initial;
    return this.#start !== "unknown" && ((sequence + 1 - this.#next) | 0) !== 0;
  }

  /** Whether a segment can be of this connection at all. */
  reaches(sequence: number): boolean {
    if (this.#start === "unknown") return true;
    const ahead = (sequence - this.#next) | 0;
    return ahead <= WINDOW_MAX && ahead >= -WINDOW_MAX;
  }

  /** Whether a segment holds bytes that are not on the tape yet. */
  isNews(sequence: number, length: number): boolean {
    return this.#start === "unknown" || ((sequence + length - this.#next) | 0) > 0;
  }

  synchronise(sequence: number): void {
    if (this.#start === "syn") return;
    this.#start = "syn";
    this.#initial = sequence;
    this.#next = (sequence + 1) | 0;
  }

  /** The segment's payload, `otherHeard` packets after the other end was first heard. */
  receive(sequence: number, payload: CapturedPacket, otherHeard: number): void {
    this.#locate(sequence);
    const ahead = (sequence - this.#next) | 0;
    const length = payload.wireEnd - payload.start;
    if (ahead === 0 && this.#hole === undefined && this.#fin < 0) {
      this.#deliver(payload.bytes.subarray(payload.start, payload.end), length);
    } else this.#receiveOdd(ahead, length, payload, otherHeard);
  }

  /** A FIN behind the byte before `sequence`. */
  finish(sequence: number): void {
    this.#locate(sequence);
    if (this.#fin < 0) this.#fin = Math.max(this.#position, this.#position + ((sequence - this.#next) | 0));
    this.#settle(false);
  }

  /** The other end says that it has everything before `sequence`. */
  acknowledge(sequence: number): void {
    if (this.#start === "unknown") {
      this.#start = "guessed";
      this.#next = sequence;
      return;
    }
    const ahead = (sequence - this.#next) | 0;
    if (ahead <= 0 || ahead > WINDOW_MAX) return;
    this.#acknowledged = Math.max(this.#acknowledged, this.#position + ahead);
    if (this.#hole !== undefined || this.#fin >= 0) this.#settle(false);
  }

  /** Nothing more comes: what waits is delivered, with gaps for what is missing. */
  flush(): void {
    this.#settle(true);
    const until = this.#fin >= 0 ? Math.min(this.#acknowledged, this.#fin) : this.#acknowledged;
    // A single number without a byte is a FIN that the capture missed.
    if (this.channel >= 0 && until - this.#position > 1) this.#skip(until);
  }

  #locate(sequence: number): void {
    if (this.#start === "unknown") this.#next = sequence;
    // Acknowledged before it was seen: the capture put the two ends out of order, or this is sent again.
    if (this.#start === "guessed" && ((sequence - this.#next) | 0) < 0 && this.#hole === undefined)
      this.#next = sequence;
    if (this.#start === "unknown" || this.#start === "guessed") this.#start = "seen";
  }

  #receiveOdd(ahead: number, length: number, payload: CapturedPacket, otherHeard: number): void {
    const { oddities } = this.#shared.records;
    const from = this.#position + ahead;
    const to = this.#fin < 0 ? from + length : Math.min(from + length, this.#fin);
    const skipped = Math.max(0, this.#position - from);
    const start = Math.min(payload.end, payload.start + skipped);
    const bytes = payload.bytes.subarray(start, Math.max(start, Math.min(payload.end, payload.start + (to - from))));
    if (to <= from) oddities.note("after-end", length);
    else if (to <= this.#position) oddities.note(ahead === -1 && length === 1 ? "keep-alive" : "retransmitted", length);
    else {
      if (skipped > 0) oddities.note("overlapping", skipped);
      if (this.#hole === undefined && ahead <= 0) this.#deliver(bytes, to - from - skipped);
      else this.#hold(from + skipped, to, bytes, otherHeard);
    }
  }

  #hold(from: number, to: number, bytes: Uint8Array, otherHeard: number): void {
    const { records } = this.#shared;
    this.#hole ??= { pieces: new PieceList(), since: records.at, heard: otherHeard };
    const hole = this.#hole;
    const { bytes: bytesBefore, count: countBefore } = hole.pieces;
    const added = hole.pieces.insert(from, to, bytes);
    this.#shared.waitingBytes += hole.pieces.bytes - bytesBefore;
    this.#shared.waitingPieces += hole.pieces.count - countBefore;
    if (added < to - from) records.oddities.note(added === 0 ? "retransmitted" : "overlapping", to - from - added);
    if (from > this.#position && added > 0) records.oddities.note("out-of-order", added);
    const silent = otherHeard === hole.heard && records.at - hole.since > SILENT_WAIT_MAX;
    this.#settle(silent || this.#isTooMuch(hole.pieces));
  }

  #isTooMuch(pieces: PieceList): boolean {
    const { waitingBytes, waitingPieces } = this.#shared;
    const own = pieces.bytes > WAITING_MAX.bytes || pieces.count > WAITING_MAX.pieces;
    return own || waitingBytes > WAITING_MAX.bytesInAll || waitingPieces > WAITING_MAX.piecesInAll;
  }

  /** Delivers what has become contiguous, and gives up holes that are lost: those that were acknowledged, or all. */
  #settle(all: boolean): void {
    for (;;) {
      const first = this.#hole?.pieces.first;
      if (first !== undefined && first.from <= this.#position) this.#release();
      else {
        const until = first?.from ?? this.#fin;
        if (until <= this.#position || this.channel < 0 || !(all || this.#acknowledged >= until)) break;
        this.#skip(until);
      }
    }
    if (this.#hole?.pieces.count === 0) this.#hole = undefined;
  }

  #release(): void {
    const piece = this.#hole?.pieces.shift();
    if (piece === undefined) return;
    this.#shared.waitingBytes -= piece.bytes.length;
    this.#shared.waitingPieces--;
    this.#deliver(piece.bytes, piece.to - piece.from);
  }

  #skip(until: number): void {
    const missing = until - this.#position;
    this.#shared.records.oddities.note("missing", missing);
    this.#shared.records.gap(this.channel, this.dir, "truncated", missing);
    this.#advance(missing);
  }

  #deliver(bytes: Uint8Array, length: number): void {
    const { records } = this.#shared;
    if (bytes.length > 0) records.raw(this.channel, this.dir, bytes);
    if (bytes.length < length) {
      records.oddities.note("truncated", length - bytes.length);
      records.gap(this.channel, this.dir, "truncated", length - bytes.length);
    }
    this.#advance(length);
  }

  #advance(count: number): void {
    this.#position += count;
    this.#next = (this.#next + count) | 0;
  }
}
