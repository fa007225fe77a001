import type { ByteBuilder } from "./byte-builder.ts";
import type { Endpoint } from "./endpoint.ts";

const ETHER_TYPE = { 4: 0x0800, 16: 0x86dd } as const;
const PROTOCOL = { tcp: 6, udp: 17 } as const;
const TRANSPORT_BYTES = { tcp: 20, udp: 8 } as const;
const DATAGRAM_BYTES_MAX = 65_535;
const WINDOW = 65_535;
const HOP_BY_HOP = 0;
/** Type 0xC2, four bytes. */
const JUMBO_OPTION = 0xc204;
const PUSH_AND_ACK = 0x18;
/** Locally administered addresses: the other end, the device. */
const ETHERNET_OTHER = Uint8Array.of(2, 0, 0, 0, 0, 1);
const ETHERNET_DEVICE = Uint8Array.of(2, 0, 0, 0, 0, 2);

export interface WireFrame {
  readonly protocol: "tcp" | "udp";
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly fromDevice: boolean;
  /** TCP only, modulo 2^32. */
  readonly sequence: number;
  readonly acknowledged: number;
  readonly payload: Uint8Array;
}

/**
 * Writes an Ethernet frame around a payload, as it could have been on the wire: right lengths, sequence numbers and checksums.
 * An IPv4 datagram that is too long for its length says 0, as captures have it where the network card cuts datagrams.
 */
export function writeWireFrame(out: ByteBuilder, frame: WireFrame): void {
  const { source, destination, protocol, payload, fromDevice } = frame;
  out.bytes(fromDevice ? ETHERNET_OTHER : ETHERNET_DEVICE);
  out.bytes(fromDevice ? ETHERNET_DEVICE : ETHERNET_OTHER);
  const length = TRANSPORT_BYTES[protocol] + payload.length;
  if (source.address.length === 4) writeIpv4(out, frame, length);
  else writeIpv6(out, frame, length);
  const start = out.end;
  if (protocol === "tcp") writeTcpHeader(out, frame);
  else {
    out.u16Big(source.port);
    out.u16Big(destination.port);
    out.u16Big(length > DATAGRAM_BYTES_MAX ? 0 : length);
    out.u16Big(0);
  }
  out.bytes(payload);
  const pseudoHeader = addressSum(source) + addressSum(destination) + PROTOCOL[protocol] + length;
  const checksum = folded(pseudoHeader + out.sum(start));
  // RFC 768: a checksum of 0 would say that there is none.
  out.setU16Big(start + (protocol === "tcp" ? 16 : 6), protocol === "udp" && checksum === 0 ? 0xffff : checksum);
}

/** RFC 791: no options, "don't fragment". */
function writeIpv4(out: ByteBuilder, { source, destination, protocol }: WireFrame, length: number): void {
  out.u16Big(ETHER_TYPE[4]);
  const start = out.end;
  out.u16Big(0x4500);
  out.u16Big(20 + length > DATAGRAM_BYTES_MAX ? 0 : 20 + length);
  out.u16Big(0);
  out.u16Big(0x4000);
  out.u8(64);
  out.u8(PROTOCOL[protocol]);
  out.u16Big(0);
  out.bytes(source.address);
  out.bytes(destination.address);
  out.setU16Big(start + 10, folded(out.sum(start)));
}

/** RFC 8200; what is too long for its length is a jumbogram, whose length stands in an option (RFC 2675). */
function writeIpv6(out: ByteBuilder, { source, destination, protocol }: WireFrame, length: number): void {
  const isJumbo = length > DATAGRAM_BYTES_MAX;
  out.u16Big(ETHER_TYPE[16]);
  out.u32Big(0x6000_0000);
  out.u16Big(isJumbo ? 0 : length);
  out.u8(isJumbo ? HOP_BY_HOP : PROTOCOL[protocol]);
  out.u8(64);
  out.bytes(source.address);
  out.bytes(destination.address);
  if (!isJumbo) return;
  out.u8(PROTOCOL[protocol]);
  out.u8(0);
  out.u16Big(JUMBO_OPTION);
  out.u32Big(length + 8);
}

/** RFC 9293 §3.1. */
function writeTcpHeader(out: ByteBuilder, { source, destination, sequence, acknowledged }: WireFrame): void {
  out.u16Big(source.port);
  out.u16Big(destination.port);
  out.u32Big(sequence);
  out.u32Big(acknowledged);
  out.u16Big(0x5000 | PUSH_AND_ACK);
  out.u16Big(WINDOW);
  out.u32Big(0);
}

function addressSum({ address }: Endpoint): number {
  let sum = 0;
  for (let at = 0; at < address.length; at += 2) sum += ((address[at] ?? 0) << 8) | (address[at + 1] ?? 0);
  return sum;
}

/** RFC 1071: the one's complement of the one's complement sum. */
function folded(sum: number): number {
  let rest = sum;
  while (rest > 0xffff) rest = (rest % 0x10000) + Math.floor(rest / 0x10000);
  return ~rest & 0xffff;
}
