import type { CapturedPacket } from "./captured-packet.ts";

/** LINKTYPE_ numbers of https://www.tcpdump.org/linktypes.html that can be read. */
export const LINK_TYPE = {
  null: 0,
  ethernet: 1,
  /** Raw IP has three numbers: the official one and what two families of systems wrote as their own. */
  rawTwelve: 12,
  rawFourteen: 14,
  raw: 101,
  loop: 108,
  linuxCooked: 113,
  user0: 147,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;

const ETHER_TYPE = { ipv4: 0x0800, ipv6: 0x86dd, vlan: 0x8100, qinq: 0x88a8, vlanOld: 0x9100, lastLength: 1500 };

/** What lies behind the link header; `packet.start` has moved there. */
export type Network = "ipv4" | "ipv6" | "other" | "malformed" | "unsupported";

/** Steps behind the link header, its VLAN tags included, of the link types above. */
export function enterNetwork(packet: CapturedPacket): Network {
  switch (packet.linkType) {
    case LINK_TYPE.ethernet:
      return behindEtherType(packet, 12);
    case LINK_TYPE.linuxCooked:
      return behindEtherType(packet, 14);
    case LINK_TYPE.linuxCooked2:
      return linuxCooked2(packet);
    case LINK_TYPE.null:
    case LINK_TYPE.loop:
      return loopback(packet);
    case LINK_TYPE.raw:
    case LINK_TYPE.rawTwelve:
    case LINK_TYPE.rawFourteen:
    case LINK_TYPE.ipv4:
    case LINK_TYPE.ipv6:
      return byVersion(packet);
    default:
      return "unsupported";
  }
}

/** The EtherType stands at `offset`; VLAN tags (802.1Q, 802.1ad, and its forerunner's) may stand before the real one. */
function behindEtherType(packet: CapturedPacket, offset: number): Network {
  let at = packet.start + offset;
  for (;;) {
    if (at + 2 > packet.end) return "malformed";
    const etherType = packet.view.getUint16(at);
    if (etherType === ETHER_TYPE.vlan || etherType === ETHER_TYPE.qinq || etherType === ETHER_TYPE.vlanOld) at += 4;
    else if (etherType <= ETHER_TYPE.lastLength) return snap(packet, at + 2);
    else return enter(packet, etherType, at + 2);
  }
}

/** IEEE 802.3 with a length instead of a type: only LLC/SNAP (AA AA 03, organisation 0) carries IP, RFC 1042. */
function snap(packet: CapturedPacket, at: number): Network {
  if (at + 8 > packet.end) return "other";
  const { view } = packet;
  if (view.getUint32(at) !== 0xaaaa0300 || view.getUint16(at + 4) !== 0) return "other";
  return enter(packet, view.getUint16(at + 6), at + 8);
}

function linuxCooked2(packet: CapturedPacket): Network {
  if (packet.start + 20 > packet.end) return "malformed";
  const etherType = packet.view.getUint16(packet.start);
  // The cooked header is followed by the rest of a VLAN tag, where the kernel left the tag in the packet.
  if (etherType === ETHER_TYPE.vlan || etherType === ETHER_TYPE.qinq) return behindEtherType(packet, 22);
  return enter(packet, etherType, packet.start + 20);
}

function enter(packet: CapturedPacket, etherType: number, start: number): Network {
  packet.start = start;
  if (etherType === ETHER_TYPE.ipv4) return "ipv4";
  return etherType === ETHER_TYPE.ipv6 ? "ipv6" : "other";
}

/**
 * Four bytes of address family, in the byte order of whoever captured (LOOP: big-endian). IPv4 is 2 everywhere; IPv6 is
 * 10, 24, 28 or 30. All are below 256, so that the byte order shows.
 */
function loopback(packet: CapturedPacket): Network {
  if (packet.start + 4 > packet.end) return "malformed";
  const family = packet.view.getUint32(packet.start);
  const native = family > 0xffff ? packet.view.getUint32(packet.start, true) : family;
  packet.start += 4;
  if (native === 2) return "ipv4";
  return native === 10 || native === 24 || native === 28 || native === 30 ? "ipv6" : "other";
}

function byVersion(packet: CapturedPacket): Network {
  if (packet.start >= packet.end) return "malformed";
  const version = packet.view.getUint8(packet.start) >> 4;
  if (version === 4) return "ipv4";
  return version === 6 ? "ipv6" : "other";
}
