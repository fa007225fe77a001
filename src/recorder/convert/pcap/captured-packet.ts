/**
 * One packet in the chunk where it lies. One such object is used for all packets (a million a second would otherwise be
 * a million objects a second): it is valid only during the call that hands it over, and each layer moves `start` behind
 * its own header and `end` and `wireEnd` before what trails it.
 */
export interface CapturedPacket {
  bytes: Uint8Array;
  /** Over all of `bytes`. */
  view: DataView;
  start: number;
  /** One past the last byte that was captured. */
  end: number;
  /** One past the last byte that was on the wire: beyond `end` when the capture's snap length cut the packet. */
  wireEnd: number;
  /** LINKTYPE_ number, as https://www.tcpdump.org/linktypes.html lists them. */
  linkType: number;
  /** Position of its interface in the section of a pcapng file, 0 in a pcap file. */
  interface: number;
  /** Which way it went, where the file says so (pcapng, `epb_flags`). */
  direction: "inbound" | "outbound" | undefined;
}

const NOTHING = new Uint8Array(0);

export function emptyPacket(): CapturedPacket {
  return {
    bytes: NOTHING,
    view: new DataView(NOTHING.buffer),
    start: 0,
    end: 0,
    wireEnd: 0,
    linkType: 0,
    interface: 0,
    direction: undefined,
  };
}

/** What a capture file holds, in the order of the file. */
export interface CaptureSink {
  /** A section begins: all of a pcap file, a part of a pcapng file. `application` wrote it, where the file says so. */
  section(application: string | undefined, comments: readonly string[]): void;
  /** The section's next interface. */
  interface(comments: readonly string[]): void;
  /** Somebody's words, mostly about the packet that comes next; the import's `at` has not moved to it yet. */
  comments(texts: readonly string[]): void;
  /** The import's `at` has moved to the packet's stamp. */
  packet(packet: CapturedPacket): void;
}

/** A parser of capture files that is fed bytes and knows nothing of where they come from. */
export interface CaptureReader {
  /** @throws FieldtapeError INPUT_MALFORMED with the offset; what came before has been handed over. */
  push(chunk: Uint8Array): void;
  /** The file is over: bytes of an unfinished packet are noted as torn. */
  end(): void;
}

/** Beyond this a packet's length is damage: libpcap itself refuses more than 256 KiB. */
export const PACKET_BYTES_MAX = 1 << 20;
