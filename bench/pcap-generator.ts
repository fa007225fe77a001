import { closeSync, openSync, writeSync } from "node:fs";

export interface CaptureShape {
  /** Packets with payload; each connection has three more for its handshake. */
  readonly packets: number;
  readonly connections: number;
}

const ETHERNET_BYTES = 14;
const HEADER_BYTES = ETHERNET_BYTES + 20 + 20;
/** Read holding registers: 12 bytes ask, 9 + 2 × 10 answer. */
const REQUEST_BYTES = 12;
const REPLY_BYTES = 29;
const CHUNK_BYTES = 1 << 20;

/**
 * Writes a capture (pcap, Ethernet, microseconds) of Modbus/TCP polling: each connection asks and is answered in turn, 100 µs between
 * packets. The same shape gives the same bytes.
 */
export function writeModbusCapture(path: string, { packets, connections }: CaptureShape): void {
  const file = openSync(path, "w");
  const chunk = new PacketChunk((bytes) => writeSync(file, bytes));
  chunk.fileHeader();
  for (let connection = 0; connection < connections; connection += 1) handshake(chunk, connection);
  for (let packet = 0; packet < packets; packet += 1) {
    const turn = Math.floor(packet / connections);
    exchange(chunk, packet % connections, turn);
  }
  chunk.flush();
  closeSync(file);
}

function handshake(chunk: PacketChunk, connection: number): void {
  chunk.packet({ connection, toDevice: true, sequence: 0, acknowledged: 0, flags: 2, payloadBytes: 0 });
  chunk.packet({ connection, toDevice: false, sequence: 0, acknowledged: 1, flags: 18, payloadBytes: 0 });
  chunk.packet({ connection, toDevice: true, sequence: 1, acknowledged: 1, flags: 16, payloadBytes: 0 });
}

function exchange(chunk: PacketChunk, connection: number, turn: number): void {
  const toDevice = turn % 2 === 0;
  const asked = 1 + REQUEST_BYTES * Math.ceil(turn / 2);
  const answered = 1 + REPLY_BYTES * Math.floor(turn / 2);
  const [sequence, acknowledged] = toDevice ? [asked, answered] : [answered, asked];
  const payloadBytes = toDevice ? REQUEST_BYTES : REPLY_BYTES;
  const start = chunk.packet({ connection, toDevice, sequence, acknowledged, flags: 24, payloadBytes });
  const { view } = chunk;
  view.setUint16(start, (turn >> 1) & 0xffff);
  view.setUint16(start + 4, payloadBytes - 6);
  view.setUint8(start + 6, 1);
  view.setUint8(start + 7, 3);
  if (toDevice) view.setUint16(start + 10, 10);
  else {
    view.setUint8(start + 8, 20);
    for (let register = 0; register < 10; register += 1)
      view.setUint16(start + 9 + register * 2, (turn * 7 + register) & 0xffff);
  }
}

interface Packet {
  readonly connection: number;
  readonly toDevice: boolean;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
  readonly payloadBytes: number;
}

/** Packets gathered to be written together. */
class PacketChunk {
  readonly #bytes = new Uint8Array(CHUNK_BYTES);
  readonly view = new DataView(this.#bytes.buffer);
  readonly #write: (bytes: Uint8Array) => void;
  #end = 0;
  #micros = 0;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  fileHeader(): void {
    this.view.setUint32(0, 0xa1b2c3d4, true);
    this.view.setUint16(4, 2, true);
    this.view.setUint16(6, 4, true);
    this.view.setUint32(16, 262_144, true);
    this.view.setUint32(20, 1, true);
    this.#end = 24;
  }

  /** Writes the headers; answers where the payload goes. */
  packet({ connection, toDevice, sequence, acknowledged, flags, payloadBytes }: Packet): number {
    const length = HEADER_BYTES + payloadBytes;
    if (this.#end + 16 + length > CHUNK_BYTES) this.flush();
    const start = this.#end;
    const { view } = this;
    this.#bytes.fill(0, start, start + 16 + length);
    view.setUint32(start, 1_790_000_000 + Math.floor(this.#micros / 1_000_000), true);
    view.setUint32(start + 4, this.#micros % 1_000_000, true);
    view.setUint32(start + 8, length, true);
    view.setUint32(start + 12, length, true);
    this.#micros += 100;
    const ip = start + 16 + ETHERNET_BYTES;
    view.setUint16(ip - 2, 0x0800);
    view.setUint16(ip, 0x4500);
    view.setUint16(ip + 2, length - ETHERNET_BYTES);
    view.setUint16(ip + 8, 0x4006);
    const caller = 0x0a010000 + (connection & 0xffff);
    const device = 0x0a020000 + (connection >> 16);
    view.setUint32(ip + 12, toDevice ? caller : device);
    view.setUint32(ip + 16, toDevice ? device : caller);
    const callerPort = 40_000 + (connection % 20_000);
    view.setUint16(ip + 20, toDevice ? callerPort : 502);
    view.setUint16(ip + 22, toDevice ? 502 : callerPort);
    view.setUint32(ip + 24, sequence);
    view.setUint32(ip + 28, acknowledged);
    view.setUint16(ip + 32, 0x5000 | flags);
    view.setUint16(ip + 34, 0xffff);
    this.#end = start + 16 + length;
    return start + 16 + HEADER_BYTES;
  }

  flush(): void {
    this.#write(this.#bytes.subarray(0, this.#end));
    this.#end = 0;
  }
}
