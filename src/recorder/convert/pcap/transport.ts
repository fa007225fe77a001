import type { OddityKind } from "../oddities.ts";
import type { NewChannel, RecordSink } from "../record-sink.ts";
import type { CapturedPacket } from "./captured-packet.ts";
import { Conversation } from "./conversation.ts";
import { DeviceSide } from "./device-side.ts";
import { FlowTable, KEY_WORDS } from "./flow-table.ts";
import { type IpHeader, PROTOCOL } from "./ip-header.ts";
import { FLAG, TcpConnection, type TcpHeader } from "./tcp-connection.ts";
import type { Reassembly } from "./tcp-stream.ts";

/** Conversations that are followed at once, of each kind (TCP and UDP over IPv4 and IPv6). */
const CONVERSATIONS_MAX = 131_072;
const CROWDED = "more than 131,072 other connections were busy";

interface DatagramFlow {
  readonly channel: number;
  readonly deviceIsLow: boolean;
}

/** From TCP segments and UDP datagrams to channels: finds the conversation that a packet belongs to, or begins one. */
export class Transport {
  readonly #records: RecordSink;
  readonly #shared: Reassembly;
  /** Only conversations with one of these ports are followed; none named: all. */
  readonly #ports: ReadonlySet<number>;
  readonly #conversation = new Conversation();
  readonly #tcp: TcpHeader = { sequence: 0, acknowledged: 0, flags: 0, fromLow: true };
  readonly #connections4: FlowTable<TcpConnection>;
  readonly #connections6: FlowTable<TcpConnection>;
  readonly #datagrams4: FlowTable<DatagramFlow>;
  readonly #datagrams6: FlowTable<DatagramFlow>;
  readonly #side: DeviceSide;
  /** About the connection in hand, for its channel's name. */
  #deviceIsLow = false;
  #turn = 1;

  constructor(records: RecordSink, ports: ReadonlySet<number>) {
    this.#records = records;
    this.#shared = { records, waitingBytes: 0, waitingPieces: 0 };
    this.#ports = ports;
    this.#side = new DeviceSide(ports);
    const abandon = (connection: TcpConnection): void => {
      if (connection.isOpen) records.oddities.note("evicted");
      connection.abandon(CROWDED);
    };
    const forget = (): void => records.oddities.note("evicted");
    this.#connections4 = new FlowTable(KEY_WORDS[4], CONVERSATIONS_MAX, abandon);
    this.#connections6 = new FlowTable(KEY_WORDS[6], CONVERSATIONS_MAX, abandon);
    this.#datagrams4 = new FlowTable(KEY_WORDS[4], CONVERSATIONS_MAX, forget);
    this.#datagrams6 = new FlowTable(KEY_WORDS[6], CONVERSATIONS_MAX, forget);
  }

  /** The packet begins behind its IP header. */
  receive(packet: CapturedPacket, header: IpHeader): void {
    const odd = this.#passOn(packet, header);
    if (odd !== undefined) this.#records.oddities.note(odd);
  }

  /** The capture is over: what waits for missing bytes is delivered, in the order of the channels. */
  end(): void {
    const open = [...this.#connections4.flows(), ...this.#connections6.flows()];
    for (const connection of open.sort((a, b) => a.channel - b.channel)) connection.flush();
  }

  /** Answers with what is odd about a packet that is not used. */
  #passOn(packet: CapturedPacket, header: IpHeader): OddityKind | undefined {
    const isTcp = header.protocol === PROTOCOL.tcp;
    if (!isTcp && header.protocol !== PROTOCOL.udp) return "not-transport";
    const { view, start, end } = packet;
    if (start + (isTcp ? 20 : 8) > end) return "malformed";
    const source = view.getUint16(start);
    const destination = view.getUint16(start + 2);
    if (this.#ports.size > 0 && !this.#ports.has(source) && !this.#ports.has(destination)) return "filtered";
    this.#conversation.set(header, source, destination);
    return isTcp ? this.#segment(packet) : this.#datagram(packet);
  }

  /** RFC 9293 §3.1. */
  #segment(packet: CapturedPacket): OddityKind | undefined {
    const { view, start } = packet;
    const headerBytes = (view.getUint8(start + 12) >> 4) * 4;
    if (headerBytes < 20 || start + headerBytes > packet.wireEnd) return "malformed";
    const tcp = this.#tcp;
    tcp.sequence = view.getInt32(start + 4);
    tcp.acknowledged = view.getInt32(start + 8);
    tcp.flags = view.getUint8(start + 13);
    tcp.fromLow = this.#conversation.fromLow;
    packet.start += headerBytes;
    packet.end = Math.max(packet.start, packet.end);
    const connection = this.#connectionOf(tcp, packet.wireEnd - packet.start);
    this.#side.see(this.#conversation, tcp);
    connection?.receive(tcp, packet, this.#describe);
    return connection === undefined ? "stray" : undefined;
  }

  /** A connection begins with a SYN, or where the capture comes in, with the first bytes. */
  #connectionOf(tcp: TcpHeader, length: number): TcpConnection | undefined {
    const table = this.#conversation.version === 4 ? this.#connections4 : this.#connections6;
    const known = table.find(this.#conversation.key);
    this.#deviceIsLow = known?.deviceIsLow ?? false;
    this.#turn = known?.turn ?? 1;
    if (known !== undefined && !known.isOver(tcp, length)) return known;
    known?.abandon("the same ports began another connection");
    const synchronises = (tcp.flags & FLAG.syn) !== 0;
    if ((tcp.flags & FLAG.rst) !== 0 || (!synchronises && length === 0)) return undefined;
    this.#deviceIsLow = this.#side.isLow(this.#conversation, tcp);
    this.#turn = known === undefined ? 1 : known.turn + (known.channel < 0 ? 0 : 1);
    const connection = new TcpConnection(this.#deviceIsLow, this.#turn, this.#shared);
    table.set(this.#conversation.key, connection);
    return connection;
  }

  readonly #describe = (): NewChannel => {
    const channel = this.#conversation.channel("tcp", this.#deviceIsLow);
    return this.#turn === 1 ? channel : { ...channel, name: `${channel.name}#${this.#turn}` };
  };

  /** RFC 768. A length of 0 is a jumbogram's (RFC 2675): as long as the packet. */
  #datagram(packet: CapturedPacket): OddityKind | undefined {
    const { view, start } = packet;
    const length = view.getUint16(start + 4);
    if (length > 0 && length < 8) return "malformed";
    const payloadEnd = length === 0 ? packet.wireEnd : start + length;
    const flow = this.#datagramFlow();
    const dir = this.#conversation.fromLow === flow.deviceIsLow ? "rx" : "tx";
    const bytes = packet.bytes.subarray(start + 8, Math.min(packet.end, payloadEnd));
    this.#records.raw(flow.channel, dir, bytes);
    const missing = payloadEnd - start - 8 - bytes.length;
    if (missing > 0) {
      this.#records.oddities.note("truncated", missing);
      this.#records.gap(flow.channel, dir, "truncated", missing);
    }
    return undefined;
  }

  #datagramFlow(): DatagramFlow {
    const table = this.#conversation.version === 4 ? this.#datagrams4 : this.#datagrams6;
    const known = table.find(this.#conversation.key);
    if (known !== undefined) return known;
    const deviceIsLow = this.#conversation.guessDeviceIsLow(this.#ports);
    const channel = this.#records.channel(this.#conversation.channel("udp", deviceIsLow));
    const flow = { channel, deviceIsLow };
    table.set(this.#conversation.key, flow);
    return flow;
  }
}
