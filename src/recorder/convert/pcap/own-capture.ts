import { FieldtapeError } from "../../../errors.ts";
import { parseRecord } from "../../../tape/line.ts";
import type { ChannelRecord, GapRecord, HeaderRecord, LinkRecord, TapeRecord } from "../../../tape/record.ts";
import { parseIso } from "../../../time/iso.ts";
import { nanos } from "../../../time/nanos.ts";
import { endpointsOf } from "../export/endpoint.ts";
import { AFTER } from "../export/pcapng-exporter.ts";
import type { RecordSink } from "../record-sink.ts";
import type { CapturedPacket, CaptureSink } from "./captured-packet.ts";
import { emptyIpHeader, enterIpv4, enterIpv6, PROTOCOL } from "./ip-header.ts";
import { enterNetwork, LINK_TYPE } from "./link-layer.ts";

const TEXT = new TextEncoder();
/** A channel of ports that were not asked for. */
const FILTERED = -1;
/** Words that wait for their packet. */
const COMMENTS_MAX = 1000;

/** The header that stands with a section which fieldtape has written; `undefined` with anybody else's. */
export function ownHeader(application: string | undefined, comments: readonly string[]): HeaderRecord | undefined {
  if (application === undefined || !application.startsWith("fieldtape ")) return undefined;
  for (const comment of comments) {
    const record = recordIn(comment, 0);
    if (record?.type === "header") return record;
  }
  return undefined;
}

/**
 * Captures that fieldtape has exported: each interface is a channel, each packet a read with its direction, and the comments are the other
 * records. So nothing has to be reassembled or guessed. Comments that others have added since become marks.
 */
export class OwnCapture implements CaptureSink {
  readonly #records: RecordSink;
  readonly #ports: ReadonlySet<number>;
  readonly #ip = emptyIpHeader();
  /** Channel of each interface, as the exported tape had it. */
  #interfaces: (ChannelRecord | undefined)[] = [];
  /** How far the section's own time 0 lies after the import's. */
  #offset = 0;
  /** Channels' numbers there and here. */
  #channels = new Map<number, number>();
  readonly #comments: string[] = [];

  constructor(records: RecordSink, ports: ReadonlySet<number>) {
    this.#records = records;
    this.#ports = ports;
  }

  begin(header: HeaderRecord): void {
    this.#interfaces = [];
    this.#channels = new Map();
    const started = parseIso(header.started);
    if (started !== undefined) this.#offset = this.#records.since(started);
  }

  section(): void {}

  /** The channel enters the tape in its place among the words, at the latest with its first packet. */
  interface(comments: readonly string[]): void {
    const records = comments.map((comment) => recordIn(comment, this.#records.at));
    this.#interfaces.push(records.find((record) => record?.type === "channel"));
  }

  /** What happened before the packet comes at once, since it may say how to read the packet's date. */
  comments(texts: readonly string[]): void {
    this.#comments.push(...texts.filter((text) => text.startsWith(AFTER) || !this.#put(text)));
    if (this.#comments.length <= COMMENTS_MAX) return;
    for (const text of this.#comments.splice(0)) this.#records.mark(text);
  }

  packet(packet: CapturedPacket): void {
    const comments = this.#comments.splice(0);
    for (const comment of comments) if (!comment.startsWith(AFTER)) this.#records.mark(comment);
    const declared = this.#interfaces[packet.interface];
    const channel = declared === undefined ? undefined : this.#channel(declared);
    if (channel === undefined) this.#records.oddities.note("malformed");
    else if (channel === FILTERED) this.#records.oddities.note("filtered");
    else this.#read(packet, channel);
    for (const comment of comments) {
      if (comment.startsWith(AFTER) && !this.#put(comment.slice(AFTER.length))) this.#records.mark(comment);
    }
  }

  /** The channel's number here; it is declared if it is not yet. */
  #channel(record: ChannelRecord): number {
    const known = this.#channels.get(record.channel);
    if (known !== undefined) return known;
    const ends = endpointsOf(record);
    const isNamed = ends !== undefined && (this.#ports.has(ends.device.port) || this.#ports.has(ends.other.port));
    let number = FILTERED;
    if (this.#ports.size === 0 || isNamed) {
      this.#goOnTo(record.at);
      number = this.#records.channel(record);
    }
    this.#channels.set(record.channel, number);
    return number;
  }

  #read(packet: CapturedPacket, channel: number): void {
    const { direction } = packet;
    const entered = packet.linkType === LINK_TYPE.user0 || this.#enterPayload(packet);
    if (!entered || direction === undefined) this.#records.oddities.note("malformed");
    else {
      const dir = direction === "inbound" ? "rx" : "tx";
      this.#records.raw(channel, dir, packet.bytes.subarray(packet.start, packet.end));
      const missing = packet.wireEnd - packet.end;
      if (missing > 0) {
        this.#records.oddities.note("truncated", missing);
        this.#records.gap(channel, dir, "truncated", missing);
      }
    }
  }

  /** Steps behind the headers that the export put around the bytes. */
  #enterPayload(packet: CapturedPacket): boolean {
    const network = enterNetwork(packet);
    const entered =
      (network === "ipv4" && enterIpv4(packet, this.#ip)) || (network === "ipv6" && enterIpv6(packet, this.#ip));
    const isTcp = this.#ip.protocol === PROTOCOL.tcp;
    if (!entered || packet.start + (isTcp ? 20 : 8) > packet.end) return false;
    packet.start += isTcp ? (packet.view.getUint8(packet.start + 12) >> 4) * 4 : 8;
    return packet.start <= packet.end;
  }

  #goOnTo(at: number): void {
    const place = at + this.#offset;
    if (Number.isSafeInteger(place) && place >= 0) this.#records.goOnTo(nanos(place));
  }

  /** Puts the record that a comment is on the tape; `false` if it is none. Somebody may have edited it: time goes on only. */
  #put(text: string): boolean {
    const record = recordIn(text, this.#records.at);
    if (record?.type === "mark" || record?.type === "wall") {
      this.#goOnTo(record.at);
      this.#records.put({ ...record, at: this.#records.at });
      const wall = record.type === "wall" && record.step !== 0 ? parseIso(record.wall) : undefined;
      if (wall !== undefined) this.#records.setClock(this.#records.at, wall);
      return true;
    }
    if (record?.type === "channel") this.#channel(record);
    if (record?.type === "channel") return true;
    return (record?.type === "link" || record?.type === "gap") && this.#putOnChannel(record);
  }

  #putOnChannel(record: LinkRecord | GapRecord): boolean {
    const channel = record.channel === undefined ? undefined : this.#channels.get(record.channel);
    if (channel === undefined && record.channel !== undefined) return false;
    if (channel === FILTERED) return true;
    this.#goOnTo(record.at);
    this.#records.put({ ...record, at: this.#records.at, ...(channel === undefined ? {} : { channel }) });
    return true;
  }
}

function recordIn(text: string, previousAt: number): TapeRecord | undefined {
  if (!text.startsWith("{")) return undefined;
  const bytes = TEXT.encode(text);
  try {
    return parseRecord(bytes, 0, bytes.length, nanos(previousAt));
  } catch (thrown) {
    if (thrown instanceof FieldtapeError) return undefined;
    throw thrown;
  }
}
