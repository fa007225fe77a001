import type { Dir } from "../../../bytes/channel.ts";
import { formatRecord } from "../../../tape/line.ts";
import type { ChannelRecord, GapRecord, RawRecord, TapeRecord, WallRecord } from "../../../tape/record.ts";
import { parseIso } from "../../../time/iso.ts";
import { LINK_TYPE } from "../pcap/link-layer.ts";
import { OPTION } from "../pcap/pcapng-options.ts";
import { type Endpoint, endpointsOf } from "./endpoint.ts";
import type { Exporter, ExporterOptions } from "./exporter.ts";
import { fitsOption, PcapngBlocks, type PcapngOption } from "./pcapng-blocks.ts";
import { writeWireFrame } from "./wire-frame.ts";

/** Wireshark takes packets of up to 256 KiB; a read that is longer becomes several packets of the same time. */
const PAYLOAD_BYTES_MAX = 200_000;
/** Words that wait for a packet; more of them get a block of their own. */
const WORDS_MAX = 256;
const NANOSECONDS = Uint8Array.of(9);
/** epb_flags: the two low bits are the direction. */
const DIRECTION: Readonly<Record<Dir, Uint8Array>> = { rx: Uint8Array.of(1, 0, 0, 0), tx: Uint8Array.of(2, 0, 0, 0) };
/** In front of what happened after the packet that it stands with. */
export const AFTER = "then ";

/** What was sent from one address and port to another: its next sequence number. */
interface Sent {
  next: number;
}

interface Wire {
  readonly number: number;
  readonly protocol: "tcp" | "udp" | "none";
  readonly from: Readonly<Record<Dir, Endpoint>>;
  readonly sent: Readonly<Record<Dir, Sent>>;
}

const NOBODY: Endpoint = { address: new Uint8Array(4), port: 0 };

/**
 * A tape as pcapng: an interface for each channel, a packet for each read. Channels of TCP and UDP get Ethernet, IP and transport headers as
 * they could have been on the wire; what else there is (serial lines, pipes) has link type USER0 and nothing around its bytes.
 * Stamps are nanoseconds. The header stands as comment with the section, a channel with its interface, and what else happened (`channel`,
 * `link`, `gap`, `mark`, `wall`) with the next packet, each as its line on the tape, so that an import gives the same tape again.
 */
export class PcapngExporter implements Exporter {
  written = 0;
  leftOut = 0;
  readonly #options: ExporterOptions;
  readonly #blocks = new PcapngBlocks();
  readonly #wires = new Map<number, Wire>();
  readonly #sent = new Map<string, Sent>();
  #interfaces = 0;
  /** The date of `at` 0. */
  #started: bigint;
  /** What happened since the last packet. */
  #words: string[] = [];
  /** Options of the packet whose block is still open: words may follow it. */
  #open: PcapngOption[] | undefined;

  constructor(options: ExporterOptions) {
    this.#options = options;
    const { header, application } = options;
    this.#started = header === undefined ? 0n : (parseIso(header.started) ?? 0n);
    const line = header === undefined ? "" : formatRecord(header);
    const comment = line === "" || !fitsOption(line) ? [] : [{ code: OPTION.comment, value: line }];
    this.#blocks.section([...comment, { code: OPTION.application, value: application }]);
  }

  write(records: readonly TapeRecord[]): Uint8Array {
    for (const record of records) this.#record(record);
    return this.#blocks.take();
  }

  end(): Uint8Array {
    if (this.#open === undefined) this.#spill();
    else this.#close(this.#words.map((words) => ({ code: OPTION.comment, value: AFTER + words })));
    return this.#blocks.take();
  }

  #record(record: TapeRecord): void {
    switch (record.type) {
      case "channel":
        this.#channel(record);
        break;
      case "raw":
        this.#raw(record);
        break;
      case "gap":
        this.#gap(record);
        break;
      case "wall":
        this.#wall(record);
        break;
      case "link":
        if (this.#isWanted(record.channel, undefined)) this.#say(record);
        break;
      case "mark":
        this.#say(record);
        break;
      case "header":
      case "block":
      case "end":
        break;
      default:
        this.leftOut++;
    }
  }

  #channel(record: ChannelRecord): void {
    if (!this.#isWanted(record.channel, undefined)) return;
    this.#close([]);
    const ends = endpointsOf(record);
    const protocol = ends === undefined ? "none" : record.source.startsWith("udp:") ? "udp" : "tcp";
    const from = { rx: ends?.device ?? NOBODY, tx: ends?.other ?? NOBODY };
    const sent = { rx: this.#sentBetween(from.rx, from.tx), tx: this.#sentBetween(from.tx, from.rx) };
    this.#wires.set(record.channel, { number: this.#interfaces++, protocol, from, sent });
    const said = fitsOption(AFTER + formatRecord(record)) ? record : { ...record, settings: {} };
    const texts = [
      { code: OPTION.comment, value: formatRecord(said) },
      { code: OPTION.name, value: record.name },
      { code: OPTION.description, value: record.source },
    ].filter(({ value }) => fitsOption(value));
    const resolution = { code: OPTION.resolution, value: NANOSECONDS };
    this.#blocks.interface(protocol === "none" ? LINK_TYPE.user0 : LINK_TYPE.ethernet, [...texts, resolution]);
    this.#say(said);
  }

  /** Channels between the same two ends go on in one count, so that a program that knows ports only sees one stream. */
  #sentBetween(from: Endpoint, to: Endpoint): Sent {
    const key = `${from.address.join(".")} ${from.port} ${to.address.join(".")} ${to.port}`;
    const known = this.#sent.get(key) ?? { next: 1 };
    this.#sent.set(key, known);
    return known;
  }

  #raw({ at, channel, dir, bytes }: RawRecord): void {
    if (!this.#isWanted(channel, dir)) return;
    const wire = this.#wireOf(channel);
    let start = 0;
    do {
      const payload = bytes.subarray(start, start + PAYLOAD_BYTES_MAX);
      this.#packet(wire, dir, at, payload);
      start += PAYLOAD_BYTES_MAX;
    } while (start < bytes.length);
  }

  #packet(wire: Wire, dir: Dir, at: number, payload: Uint8Array): void {
    this.#close([]);
    const stamp = this.#started + BigInt(at);
    this.#blocks.beginPacket(wire.number, stamp < 0n ? 0n : stamp);
    if (wire.protocol === "none") this.#blocks.out.bytes(payload);
    else this.#frame(wire, wire.protocol, dir, payload);
    this.#blocks.endPacketBytes();
    const words = this.#words.map((value) => ({ code: OPTION.comment, value }));
    this.#words = [];
    this.#open = [...words, { code: OPTION.packetFlags, value: DIRECTION[dir] }];
    this.written++;
  }

  #frame(wire: Wire, protocol: "tcp" | "udp", dir: Dir, payload: Uint8Array): void {
    const [own, other] = dir === "rx" ? [wire.sent.rx, wire.sent.tx] : [wire.sent.tx, wire.sent.rx];
    writeWireFrame(this.#blocks.out, {
      protocol,
      source: wire.from[dir],
      destination: wire.from[dir === "rx" ? "tx" : "rx"],
      fromDevice: dir === "rx",
      sequence: own.next,
      acknowledged: other.next,
      payload,
    });
    own.next = (own.next + payload.length) >>> 0;
  }

  /** Bytes that are missing leave out their sequence numbers. */
  #gap(record: GapRecord): void {
    const { channel, dir, bytes = 0 } = record;
    if (channel !== undefined && !this.#isWanted(channel, dir)) return;
    if (channel !== undefined && dir !== undefined) {
      const sent = this.#wireOf(channel).sent[dir];
      sent.next = (sent.next + bytes) % 0x1_0000_0000;
    }
    this.#say(record);
  }

  /** A clock that was set: from here on packets have the date that it showed. */
  #wall(record: WallRecord): void {
    const wall = parseIso(record.wall);
    if (record.step !== 0 && wall !== undefined) this.#started = wall - BigInt(record.at);
    this.#say(record);
  }

  #say(record: TapeRecord): void {
    const line = formatRecord(record);
    if (!fitsOption(AFTER + line)) this.leftOut++;
    else if (this.#words.push(line) >= WORDS_MAX) this.#spill();
  }

  /** Words without a packet. */
  #spill(): void {
    if (this.#words.length === 0) return;
    this.#close([]);
    if (this.#interfaces === 0) {
      this.#interfaces++;
      this.#blocks.interface(LINK_TYPE.user0, [{ code: OPTION.name, value: "no channel" }]);
    }
    this.#blocks.words(
      0,
      this.#words.map((value) => ({ code: OPTION.comment, value })),
    );
    this.#words = [];
  }

  #close(more: readonly PcapngOption[]): void {
    if (this.#open !== undefined) this.#blocks.finish([...this.#open, ...more]);
    this.#open = undefined;
  }

  #isWanted(channel: number, dir: Dir | undefined): boolean {
    const { channel: onlyChannel = channel, dir: onlyDir = dir } = this.#options;
    return channel === onlyChannel && (dir === undefined || dir === onlyDir);
  }

  /** A fragment of a tape may use channels that it does not declare. */
  #wireOf(channel: number): Wire {
    const known = this.#wires.get(channel);
    if (known !== undefined) return known;
    const link = {
      number: this.#interfaces++,
      protocol: "none",
      from: { rx: NOBODY, tx: NOBODY },
      sent: { rx: { next: 1 }, tx: { next: 1 } },
    } as const;
    this.#close([]);
    this.#blocks.interface(LINK_TYPE.user0, [
      { code: OPTION.name, value: `channel ${channel}` },
      { code: OPTION.resolution, value: NANOSECONDS },
    ]);
    this.#wires.set(channel, link);
    return link;
  }
}
