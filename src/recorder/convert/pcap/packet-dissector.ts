import { FieldtapeError } from "../../../errors.ts";
import type { RecordSink } from "../record-sink.ts";
import { type CapturedPacket, type CaptureSink, emptyPacket } from "./captured-packet.ts";
import { Fragments, type Reassembled } from "./fragments.ts";
import { emptyIpHeader, enterExtensions, enterIpv4, enterIpv6, type IpHeader, PROTOCOL } from "./ip-header.ts";
import { enterNetwork } from "./link-layer.ts";
import { Transport } from "./transport.ts";

/** Words that wait for their packet. */
const COMMENTS_MAX = 1000;

/** From captured packets, layer by layer, to the channels' records. */
export class PacketDissector implements CaptureSink {
  readonly #records: RecordSink;
  readonly #transport: Transport;
  readonly #fragments = new Fragments();
  readonly #header = emptyIpHeader();
  readonly #reassembled = emptyPacket();
  #unsupported = -1;
  #supported = false;
  readonly #comments: string[] = [];

  /** Only conversations with one of these ports are followed; none named: all. */
  constructor(records: RecordSink, ports: ReadonlySet<number>) {
    this.#records = records;
    this.#transport = new Transport(records, ports);
  }

  section(): void {}

  interface(): void {}

  comments(texts: readonly string[]): void {
    this.#comments.push(...texts);
    if (this.#comments.length > COMMENTS_MAX) this.#mark();
  }

  packet(packet: CapturedPacket): void {
    if (this.#comments.length > 0) this.#mark();
    const network = enterNetwork(packet);
    if (network === "ipv4" || network === "ipv6") {
      this.#supported = true;
      const entered = network === "ipv4" ? enterIpv4(packet, this.#header) : enterIpv6(packet, this.#header);
      if (!entered) this.#records.oddities.note("malformed");
      else if (this.#header.fragmentOffset > 0 || this.#header.moreFragments) this.#fragment(packet);
      else this.#transport.receive(packet, this.#header);
    } else if (network === "unsupported") {
      this.#unsupported = packet.linkType;
      this.#records.oddities.note("link-type");
    } else this.#records.oddities.note(network === "other" ? "not-ip" : "malformed");
  }

  /**
   * Nothing more comes.
   *
   * @throws FieldtapeError INPUT_MALFORMED when there were packets and all were of link types that are not supported.
   */
  end(): void {
    for (const given of this.#fragments.end()) this.#takeReassembled(given);
    this.#transport.end();
    this.#mark();
    const all = this.#records.oddities.count("link-type");
    if (all === 0 || this.#supported || all < this.#records.found) return;
    throw new FieldtapeError(
      "INPUT_MALFORMED",
      `all packets are of link type ${this.#unsupported}, which is not supported`,
      {
        hint: "Ethernet, Linux cooked, raw IP and loopback captures can be read; see https://www.tcpdump.org/linktypes.html",
      },
    );
  }

  #mark(): void {
    for (const comment of this.#comments.splice(0)) this.#records.mark(comment);
  }

  #fragment(packet: CapturedPacket): void {
    for (const given of this.#fragments.add(packet, this.#header, this.#records.at)) this.#takeReassembled(given);
  }

  /** Of a datagram that never became whole, UDP's beginning is kept; what is missing of TCP shows in its numbers. */
  #takeReassembled({ header, bytes, whole }: Reassembled): void {
    if (!whole) {
      this.#records.oddities.note("fragments-lost");
      if (header.protocol !== PROTOCOL.udp || bytes.length < 8) return;
    }
    const packet = this.#reassembled;
    packet.bytes = bytes;
    packet.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    packet.start = 0;
    packet.end = bytes.length;
    packet.wireEnd = bytes.length;
    if (this.#entersTransport(packet, header)) this.#transport.receive(packet, header);
    else this.#records.oddities.note("malformed");
  }

  #entersTransport(packet: CapturedPacket, header: IpHeader): boolean {
    return header.version === 4 || enterExtensions(packet, header, header.protocol);
  }
}
