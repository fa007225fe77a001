import { FieldtapeError } from "../../../errors.ts";
import type { RecordSink } from "../record-sink.ts";
import { ByteQueue } from "./byte-queue.ts";
import { type CaptureReader, type CaptureSink, emptyPacket, PACKET_BYTES_MAX } from "./captured-packet.ts";
import { InterfaceClock } from "./interface-clock.ts";
import { numberOption, OPTION, textOptions, unsignedOption } from "./pcapng-options.ts";

/** Block types of draft-ietf-opsawg-pcapng. */
export const BLOCK = {
  section: 0x0a0d0d0a,
  interface: 1,
  /** Obsolete, but old files hold them. */
  packet: 2,
  simplePacket: 3,
  statistics: 5,
  enhancedPacket: 6,
} as const;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BYTE_ORDER_MAGIC_SWAPPED = 0x4d3c2b1a;
/** Options of a packet may be long (comments, keys), but not endless. */
const BLOCK_BYTES_MAX = 16 * PACKET_BYTES_MAX;
const INTERFACES_MAX = 1_000_000;

interface Interface {
  readonly linkType: number;
  readonly snapLength: number;
  readonly clock: InterfaceClock;
}

/**
 * pcapng files: both byte orders, several sections and interfaces, enhanced, simple and obsolete packet blocks. Blocks of
 * other types are passed over, as the specification asks.
 */
export class PcapngReader implements CaptureReader {
  readonly #queue = new ByteQueue();
  readonly #packet = emptyPacket();
  readonly #records: RecordSink;
  readonly #capture: CaptureSink;
  #little = false;
  #interfaces: Interface[] = [];
  /** Bytes of a block that is passed over and has not fully arrived. */
  #passing = 0;

  constructor(records: RecordSink, capture: CaptureSink) {
    this.#records = records;
    this.#capture = capture;
  }

  push(chunk: Uint8Array): void {
    const queue = this.#queue;
    queue.append(chunk);
    if (this.#passing > 0) this.#passing = queue.skip(this.#passing);
    while (this.#passing === 0 && queue.ensure(12)) {
      const type = queue.view.getUint32(queue.start, this.#little);
      // The section header's type reads the same in both byte orders; the magic behind its length tells which one holds.
      if (type === BLOCK.section) this.#readByteOrder();
      const length = queue.view.getUint32(queue.start + 4, this.#little);
      if (length < 12 || length % 4 !== 0) throw this.#malformed(`a block of ${length} bytes`);
      if (!isUsed(type)) this.#passing = queue.skip(length);
      else if (length > BLOCK_BYTES_MAX) throw this.#malformed(`a block of ${length} bytes`);
      else if (!queue.ensure(length)) return;
      else this.#readBlock(type, length);
    }
  }

  end(): void {
    if (this.#queue.available > 0 || this.#passing > 0) this.#records.oddities.note("torn");
  }

  #readByteOrder(): void {
    const magic = this.#queue.view.getUint32(this.#queue.start + 8);
    if (magic !== BYTE_ORDER_MAGIC && magic !== BYTE_ORDER_MAGIC_SWAPPED) throw this.#malformed("a broken section");
    this.#little = magic === BYTE_ORDER_MAGIC_SWAPPED;
  }

  #readBlock(type: number, length: number): void {
    const { start, view } = this.#queue;
    if (view.getUint32(start + length - 4, this.#little) !== length) throw this.#malformed("a block with two lengths");
    const body = start + 8;
    const end = start + length - 4;
    if (type === BLOCK.enhancedPacket) this.#enhancedPacket(body, end);
    else if (type === BLOCK.interface) this.#interface(body, end);
    else if (type === BLOCK.simplePacket) this.#simplePacket(body, end);
    else if (type === BLOCK.packet) this.#obsoletePacket(body, end);
    else if (type === BLOCK.statistics) this.#statistics(body, end);
    else this.#section(body, end);
    this.#queue.start += length;
  }

  #section(body: number, end: number): void {
    this.#need(body + 16, end);
    const { view, bytes } = this.#queue;
    const major = view.getUint16(body + 4, this.#little);
    if (major !== 1) throw this.#malformed(`a section of version ${major}, not 1`);
    this.#interfaces = [];
    const options = { bytes, view, start: body + 16, end, little: this.#little };
    const [application] = textOptions(options, OPTION.application);
    this.#capture.section(application, textOptions(options, OPTION.comment));
  }

  #interface(body: number, end: number): void {
    this.#need(body + 8, end);
    if (this.#interfaces.length === INTERFACES_MAX) throw this.#malformed("more than 1,000,000 interfaces");
    const { view, bytes } = this.#queue;
    const options = { bytes, view, start: body + 8, end, little: this.#little };
    const resolution = numberOption(options, OPTION.resolution) ?? 6;
    this.#interfaces.push({
      linkType: view.getUint16(body, this.#little),
      snapLength: view.getUint32(body + 4, this.#little),
      clock: new InterfaceClock(resolution, BigInt.asIntN(64, unsignedOption(options, OPTION.timeOffset) ?? 0n)),
    });
    this.#capture.interface(textOptions(options, OPTION.comment));
  }

  #enhancedPacket(body: number, end: number): void {
    this.#need(body + 20, end);
    const { view } = this.#queue;
    const little = this.#little;
    const captured = view.getUint32(body + 12, little);
    this.#need(body + 20 + captured, end);
    const optionsStart = body + 20 + padded(captured);
    const number = view.getUint32(body, little);
    const from = this.#interfaceOf(number);
    this.#packet.direction = undefined;
    if (optionsStart < end) this.#packetOptions(optionsStart, end);
    from.clock.stamp(this.#records, view.getUint32(body + 4, little), view.getUint32(body + 8, little));
    this.#handOver(number, from, body + 20, captured, view.getUint32(body + 16, little));
  }

  #packetOptions(start: number, end: number): void {
    const { view, bytes } = this.#queue;
    const options = { bytes, view, start, end, little: this.#little };
    const direction = (numberOption(options, OPTION.packetFlags) ?? 0) & 3;
    this.#packet.direction = direction === 1 ? "inbound" : direction === 2 ? "outbound" : undefined;
    const comments = textOptions(options, OPTION.comment);
    if (comments.length > 0) this.#capture.comments(comments);
  }

  /** No stamp of its own: it happened after the packet before it. Always of the first interface. */
  #simplePacket(body: number, end: number): void {
    this.#need(body + 4, end);
    const from = this.#interfaceOf(0);
    const original = this.#queue.view.getUint32(body, this.#little);
    const snapped = from.snapLength === 0 ? original : Math.min(original, from.snapLength);
    this.#packet.direction = undefined;
    this.#handOver(0, from, body + 4, Math.min(snapped, end - body - 4), original);
  }

  #obsoletePacket(body: number, end: number): void {
    this.#need(body + 20, end);
    const { view } = this.#queue;
    const little = this.#little;
    const captured = view.getUint32(body + 12, little);
    this.#need(body + 20 + captured, end);
    const number = view.getUint16(body, little);
    const from = this.#interfaceOf(number);
    from.clock.stamp(this.#records, view.getUint32(body + 4, little), view.getUint32(body + 8, little));
    this.#packet.direction = undefined;
    this.#handOver(number, from, body + 20, captured, view.getUint32(body + 16, little));
  }

  #handOver(number: number, from: Interface, start: number, captured: number, original: number): void {
    if (captured > PACKET_BYTES_MAX) throw this.#malformed(`a packet of ${captured} bytes`);
    this.#records.found++;
    const packet = this.#packet;
    packet.bytes = this.#queue.bytes;
    packet.view = this.#queue.view;
    packet.start = start;
    packet.end = start + captured;
    packet.wireEnd = start + Math.max(captured, original);
    packet.linkType = from.linkType;
    packet.interface = number;
    this.#capture.packet(packet);
  }

  /** Interface statistics say what the capturing host lost: before its filter (osdrop) and after (ifdrop). */
  #statistics(body: number, end: number): void {
    this.#need(body + 12, end);
    const { view, bytes } = this.#queue;
    const options = { bytes, view, start: body + 12, end, little: this.#little };
    const dropped =
      (unsignedOption(options, OPTION.interfaceDrops) ?? 0n) + (unsignedOption(options, OPTION.systemDrops) ?? 0n);
    const comments = textOptions(options, OPTION.comment);
    if (comments.length > 0) this.#capture.comments(comments);
    if (dropped > 0n) this.#records.oddities.note("dropped", 0, Number(BigInt.asUintN(53, dropped)));
  }

  #interfaceOf(number: number): Interface {
    const found = this.#interfaces[number];
    if (found === undefined) throw this.#malformed(`a packet of interface ${number}, which is not declared,`);
    return found;
  }

  #need(position: number, end: number): void {
    if (position > end) throw this.#malformed("a block too short for what it holds");
  }

  #malformed(what: string): FieldtapeError {
    return new FieldtapeError("INPUT_MALFORMED", `${what} at offset ${this.#queue.offset}`);
  }
}

const USED: ReadonlySet<number> = new Set(Object.values(BLOCK));
const isUsed = (type: number): boolean => USED.has(type);
const padded = (length: number): number => (length + 3) & ~3;
