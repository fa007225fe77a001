import { FieldtapeError } from "../../../errors.ts";
import type { RecordSink } from "../record-sink.ts";
import { ByteQueue } from "./byte-queue.ts";
import { type CaptureReader, type CaptureSink, emptyPacket, PACKET_BYTES_MAX } from "./captured-packet.ts";

const FILE_HEADER_BYTES = 24;
const NANOS_PER_SECOND = 1_000_000_000;

/** What the first four bytes say, read as big-endian: byte order, unit of the fraction, length of a packet's header. */
const MAGICS: ReadonlyMap<number, { little: boolean; unit: number; headerBytes: number }> = new Map([
  [0xa1b2c3d4, { little: false, unit: 1_000, headerBytes: 16 }],
  [0xd4c3b2a1, { little: true, unit: 1_000, headerBytes: 16 }],
  [0xa1b23c4d, { little: false, unit: 1, headerBytes: 16 }],
  [0x4d3cb2a1, { little: true, unit: 1, headerBytes: 16 }],
  // Kuznetzov's variant, from old Linux distributions: eight more bytes in front of each packet.
  [0xa1b2cd34, { little: false, unit: 1_000, headerBytes: 24 }],
  [0x34cdb2a1, { little: true, unit: 1_000, headerBytes: 24 }],
]);

export const isPcapMagic = (firstFourBytes: number): boolean => MAGICS.has(firstFourBytes);

/**
 * Classic capture files (draft-ietf-opsawg-pcap): both byte orders, stamps in microseconds and in nanoseconds. Packets
 * are parsed where they lie.
 */
export class PcapReader implements CaptureReader {
  readonly #queue = new ByteQueue();
  readonly #packet = emptyPacket();
  readonly #records: RecordSink;
  readonly #capture: CaptureSink;
  #little = false;
  #unit = 0;
  #headerBytes = 0;
  /** The first packet's stamp, and how far it lies after `at` 0. */
  #firstSeconds = -1;
  #firstFraction = 0;
  #firstAt = 0;

  constructor(records: RecordSink, capture: CaptureSink) {
    this.#records = records;
    this.#capture = capture;
  }

  push(chunk: Uint8Array): void {
    const queue = this.#queue;
    queue.append(chunk);
    if (this.#unit === 0 && !this.#readFileHeader()) return;
    const headerBytes = this.#headerBytes;
    while (queue.ensure(headerBytes)) {
      const captured = queue.view.getUint32(queue.start + 8, this.#little);
      if (captured > PACKET_BYTES_MAX) throw this.#malformed(`a packet of ${captured} bytes`);
      if (!queue.ensure(headerBytes + captured)) return;
      this.#handOver(captured);
      queue.start += headerBytes + captured;
    }
  }

  end(): void {
    if (this.#queue.available > 0) this.#records.oddities.note("torn");
  }

  #readFileHeader(): boolean {
    const queue = this.#queue;
    if (!queue.ensure(FILE_HEADER_BYTES)) return false;
    const magic = MAGICS.get(queue.view.getUint32(queue.start));
    if (magic === undefined) throw this.#malformed("no capture file");
    this.#little = magic.little;
    const major = queue.view.getUint16(queue.start + 4, magic.little);
    if (major !== 2) throw this.#malformed(`a capture file of version ${major}, not 2`);
    this.#unit = magic.unit;
    this.#headerBytes = magic.headerBytes;
    // The upper half of the word tells of frame check sequences; a packet's own lengths say what is payload.
    this.#packet.linkType = queue.view.getUint32(queue.start + 20, magic.little) & 0xffff;
    queue.start += FILE_HEADER_BYTES;
    this.#capture.section(undefined, []);
    this.#capture.interface([]);
    return true;
  }

  #handOver(captured: number): void {
    const { start, view, bytes } = this.#queue;
    this.#records.found++;
    this.#stamp(view.getUint32(start, this.#little), view.getUint32(start + 4, this.#little));
    const packet = this.#packet;
    packet.bytes = bytes;
    packet.view = view;
    packet.start = start + this.#headerBytes;
    packet.end = packet.start + captured;
    packet.wireEnd = packet.start + Math.max(captured, view.getUint32(start + 12, this.#little));
    this.#capture.packet(packet);
  }

  #stamp(seconds: number, fraction: number): void {
    if (this.#firstSeconds < 0) {
      this.#firstSeconds = seconds;
      this.#firstFraction = fraction;
      this.#firstAt = this.#records.since(BigInt(seconds) * 1_000_000_000n + BigInt(fraction) * BigInt(this.#unit));
    }
    const later = (seconds - this.#firstSeconds) * NANOS_PER_SECOND + (fraction - this.#firstFraction) * this.#unit;
    this.#records.moveTo(this.#firstAt + later);
  }

  #malformed(what: string): FieldtapeError {
    return new FieldtapeError("INPUT_MALFORMED", `${what} at offset ${this.#queue.offset}`);
  }
}
