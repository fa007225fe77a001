import type { CapturedPacket } from "./captured-packet.ts";

/** IANA protocol numbers, and the IPv6 extension headers that lead to them (RFC 8200 §4, RFC 4302). */
export const PROTOCOL = { tcp: 6, udp: 17 } as const;
const EXTENSION = { hopByHop: 0, routing: 43, fragment: 44, authentication: 51, destination: 60, mobility: 135 };

/** What an IP header says. One such object is used for all packets, as for `CapturedPacket`. */
export interface IpHeader {
  version: 4 | 6;
  /** Four words of the source, then four of the destination; IPv4 uses the first of each. */
  readonly words: Int32Array;
  protocol: number;
  /** Place of this piece in its datagram, and whether more follow; 0 and false when it is whole. */
  fragmentOffset: number;
  moreFragments: boolean;
  fragmentId: number;
}

export function emptyIpHeader(): IpHeader {
  return { version: 4, words: new Int32Array(8), protocol: 0, fragmentOffset: 0, moreFragments: false, fragmentId: 0 };
}

/**
 * Steps behind an IPv4 header (RFC 791), options included. A total length of 0 is what a capturing host writes when its
 * network card cuts the datagram later. Checksums are not looked at: for the same reason they are often not there yet.
 */
export function enterIpv4(packet: CapturedPacket, header: IpHeader): boolean {
  const { view, start } = packet;
  if (start + 20 > packet.end) return false;
  const first = view.getUint8(start);
  const headerBytes = (first & 15) * 4;
  const total = view.getUint16(start + 2);
  if (first >> 4 !== 4 || headerBytes < 20 || start + headerBytes > packet.end) return false;
  if (total !== 0 && total < headerBytes) return false;
  const fragment = view.getUint16(start + 6);
  header.version = 4;
  header.protocol = view.getUint8(start + 9);
  header.words[0] = view.getInt32(start + 12);
  header.words[4] = view.getInt32(start + 16);
  header.fragmentOffset = (fragment & 0x1fff) * 8;
  header.moreFragments = (fragment & 0x2000) !== 0;
  header.fragmentId = view.getUint16(start + 4);
  narrow(packet, start + headerBytes, total === 0 ? packet.wireEnd : start + total);
  return true;
}

/** Steps behind an IPv6 header (RFC 8200) and its extension headers. A payload length of 0: a jumbogram, or as above. */
export function enterIpv6(packet: CapturedPacket, header: IpHeader): boolean {
  const { view, start } = packet;
  if (start + 40 > packet.end || view.getUint8(start) >> 4 !== 6) return false;
  const payload = view.getUint16(start + 4);
  header.version = 6;
  header.fragmentOffset = 0;
  header.moreFragments = false;
  for (let word = 0; word < 8; word++) header.words[word] = view.getInt32(start + 8 + word * 4);
  narrow(packet, start + 40, payload === 0 ? packet.wireEnd : start + 40 + payload);
  return enterExtensions(packet, header, view.getUint8(start + 6));
}

/**
 * Steps behind extension headers, of which `first` is the first one's number, and finds the protocol. A piece of a
 * datagram ends the search: what follows the fragment header makes sense once the datagram is whole.
 */
export function enterExtensions(packet: CapturedPacket, header: IpHeader, first: number): boolean {
  const { view } = packet;
  let next = first;
  for (;;) {
    header.protocol = next;
    const length = extensionBytes(packet, next);
    if (length === 0) return true;
    if (packet.start + Math.max(8, length) > packet.end) return false;
    if (next === EXTENSION.fragment) {
      const fragment = view.getUint16(packet.start + 2);
      header.fragmentOffset = fragment & 0xfff8;
      header.moreFragments = (fragment & 1) !== 0;
      header.fragmentId = view.getUint32(packet.start + 4);
    }
    next = view.getUint8(packet.start);
    packet.start += length;
    if (header.fragmentOffset > 0 || header.moreFragments) {
      header.protocol = next;
      return true;
    }
  }
}

/** Length of an extension header; 0 when `next` is none. */
function extensionBytes(packet: CapturedPacket, next: number): number {
  const known =
    next === EXTENSION.hopByHop ||
    next === EXTENSION.routing ||
    next === EXTENSION.destination ||
    next === EXTENSION.mobility;
  if (next === EXTENSION.fragment) return 8;
  if (!known && next !== EXTENSION.authentication) return 0;
  const units = packet.start + 2 <= packet.end ? packet.view.getUint8(packet.start + 1) : 0;
  return known ? units * 8 + 8 : units * 4 + 8;
}

/** What trails the datagram (Ethernet's padding) is not part of it; what it says it holds and is not there was cut off. */
function narrow(packet: CapturedPacket, start: number, wireEnd: number): void {
  packet.start = start;
  packet.wireEnd = wireEnd;
  packet.end = Math.min(packet.end, wireEnd);
}

/** An address as RFC 5952 writes it. */
export function addressText(version: 4 | 6, words: Int32Array, offset: number): string {
  const word = (index: number): number => words[offset + index] ?? 0;
  if (version === 4) return [24, 16, 8, 0].map((shift) => (word(0) >>> shift) & 255).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => (word(index >> 1) >>> (index % 2 === 0 ? 16 : 0)) & 0xffff);
  const { start, length } = longestZeros(groups);
  const hex = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(":");
  return length < 2 ? hex(0, 8) : `${hex(0, start)}::${hex(start + length, 8)}`;
}

function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  groups.forEach((group, index) => {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  });
  return best;
}
