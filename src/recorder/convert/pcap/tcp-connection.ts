import type { NewChannel } from "../record-sink.ts";
import type { CapturedPacket } from "./captured-packet.ts";
import { type Reassembly, TcpStream } from "./tcp-stream.ts";

/** RFC 9293 §3.1. */
export const FLAG = { fin: 1, syn: 2, rst: 4, ack: 16 } as const;

/** A segment's header. One such object is used for all; its payload is the packet's `start` to `wireEnd`. */
export interface TcpHeader {
  /** Sequence numbers as int32. */
  sequence: number;
  acknowledged: number;
  flags: number;
  /** Sent by the low end: the one whose address, then port, comes first in order. */
  fromLow: boolean;
}

/**
 * A TCP connection as an onlooker sees it. It enters the tape when it is answered, refused, or carries bytes; its channel has
 * `open`, `half-close` (with the direction that fell silent), `close` and `reset` where they happened.
 */
export class TcpConnection {
  readonly deviceIsLow: boolean;
  /** The how-manieth it is between its two ports. */
  readonly turn: number;
  #phase: "connecting" | "open" | "closed" | "reset" = "connecting";
  readonly #shared: Reassembly;
  readonly #low: TcpStream;
  readonly #high: TcpStream;
  /** The end that fell silent first has been reported. */
  #halfClosed = false;

  constructor(deviceIsLow: boolean, turn: number, shared: Reassembly) {
    this.deviceIsLow = deviceIsLow;
    this.turn = turn;
    this.#shared = shared;
    this.#low = new TcpStream(deviceIsLow ? "rx" : "tx", shared);
    this.#high = new TcpStream(deviceIsLow ? "tx" : "rx", shared);
  }

  /** Order in which connections are ended together. */
  get channel(): number {
    return this.#low.channel;
  }

  get isOpen(): boolean {
    return this.#phase === "open";
  }

  /** Whether a segment belongs to a later connection between the same ports. */
  isOver(header: TcpHeader, length: number): boolean {
    const from = header.fromLow ? this.#low : this.#high;
    const ended = this.#phase === "closed" || this.#phase === "reset";
    if ((header.flags & FLAG.syn) !== 0) return ended || from.begunOtherwise(header.sequence);
    if (length === 0 || (header.flags & FLAG.rst) !== 0) return false;
    return !from.reaches(header.sequence) || (this.#phase === "closed" && from.isNews(header.sequence, length));
  }

  /** Takes a segment that `isOver` has not refused. `describe` names the channel, when it is first needed. */
  receive(header: TcpHeader, payload: CapturedPacket, describe: () => NewChannel): void {
    const [from, to] = header.fromLow ? [this.#low, this.#high] : [this.#high, this.#low];
    const { flags } = header;
    const length = payload.wireEnd - payload.start;
    from.heard = (from.heard + 1) | 0;
    if ((flags & FLAG.rst) !== 0) this.#reset(from, describe);
    else {
      const sequence = (flags & FLAG.syn) === 0 ? header.sequence : (header.sequence + 1) | 0;
      if ((flags & FLAG.syn) !== 0) from.synchronise(header.sequence);
      this.#open(flags, length, from.isNews(sequence, length), describe);
      if ((flags & FLAG.ack) !== 0) to.acknowledge(header.acknowledged);
      if (length > 0) from.receive(sequence, payload, to.heard);
      if ((flags & FLAG.fin) !== 0) from.finish((sequence + length) | 0);
      if (this.#phase === "open" && (from.finished || to.finished)) this.#close(from, to);
    }
  }

  /** The connection is not followed any further: what waits is delivered, and an open one is lost for this reason. */
  abandon(reason: string): void {
    this.flush();
    if (this.#phase === "open") this.#shared.records.link(this.channel, "lost", { reason });
  }

  /** The capture is over. */
  flush(): void {
    if (this.channel < 0) this.#shared.records.oddities.note("unanswered");
    this.#low.flush();
    this.#high.flush();
    if (this.#phase === "open" && (this.#low.finished || this.#high.finished)) this.#close(this.#low, this.#high);
  }

  #open(flags: number, length: number, isNews: boolean, describe: () => NewChannel): void {
    if (this.#phase === "reset" && length > 0 && isNews) {
      this.#phase = "open";
      this.#shared.records.link(this.channel, "open", { reason: "went on after the reset" });
    }
    if (this.#phase !== "connecting" || ((flags & FLAG.ack) === 0 && length === 0)) return;
    this.#phase = "open";
    this.#declare(describe);
    const seen = (flags & FLAG.syn) !== 0 || this.#sawHandshake;
    this.#shared.records.link(this.channel, "open", seen ? {} : { reason: "no handshake in the capture" });
  }

  get #sawHandshake(): boolean {
    return this.#low.synchronised || this.#high.synchronised;
  }

  #declare(describe: () => NewChannel): void {
    const channel = this.#shared.records.channel(describe());
    this.#low.channel = channel;
    this.#high.channel = channel;
  }

  #reset(from: TcpStream, describe: () => NewChannel): void {
    const { records } = this.#shared;
    if (this.#phase === "open") {
      this.flush();
      records.link(this.channel, "reset", { dir: from.dir });
      this.#phase = "reset";
    } else if (this.#phase === "connecting" && from.dir === "rx") {
      // The caller's own reset of an attempt that nobody answered would say nothing about the device.
      this.#declare(describe);
      records.link(this.channel, "reset", { dir: from.dir, reason: "refused" });
      this.#phase = "reset";
    }
  }

  #close(from: TcpStream, to: TcpStream): void {
    if (from.finished && to.finished) {
      this.#phase = "closed";
      this.#shared.records.link(this.channel, "close");
    } else if (!this.#halfClosed) {
      this.#halfClosed = true;
      this.#shared.records.link(this.channel, "half-close", { dir: from.finished ? from.dir : to.dir });
    }
  }
}
