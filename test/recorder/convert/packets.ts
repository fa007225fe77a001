/** Builds packets layer by layer, as a capture would hold them. Addresses are written as people write them. */

export type Bytes = Uint8Array;

export const bytes = (...values: number[]): Bytes => Uint8Array.from(values);
export const text = (value: string): Bytes => new TextEncoder().encode(value);
export const u16 = (value: number): Bytes => bytes((value >> 8) & 255, value & 255);
export const u32 = (value: number): Bytes => concat(u16(value >>> 16), u16(value & 0xffff));

export function concat(...parts: readonly Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

// ── Transport ───────────────────────────────────────────────────────────────────────────────────────────────────────

export const SYN = 2;
export const ACK = 16;
export const FIN = 1;
export const RST = 4;

export interface TcpFields {
  readonly from: number;
  readonly to: number;
  readonly sequence: number;
  readonly acknowledged?: number;
  readonly flags?: number;
  readonly options?: Bytes;
  readonly payload?: Bytes;
}

export function tcp(fields: TcpFields): Bytes {
  const { from, to, sequence, acknowledged = 0, flags = ACK, options = bytes(), payload = bytes() } = fields;
  const words = 5 + options.length / 4;
  return concat(
    u16(from),
    u16(to),
    u32(sequence >>> 0),
    u32(acknowledged >>> 0),
    bytes(words << 4, flags),
    u16(65_535),
    u32(0),
    options,
    payload,
  );
}

export function udp(from: number, to: number, payload: Bytes, length = payload.length + 8): Bytes {
  return concat(u16(from), u16(to), u16(length), u16(0), payload);
}

// ── Network ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Ipv4Fields {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly payload: Bytes;
  readonly options?: Bytes;
  readonly id?: number;
  /** In bytes. */
  readonly fragmentOffset?: number;
  readonly more?: boolean;
  readonly totalLength?: number;
}

export function ipv4(fields: Ipv4Fields): Bytes {
  const {
    source,
    destination,
    protocol,
    payload,
    options = bytes(),
    id = 0,
    fragmentOffset = 0,
    more = false,
  } = fields;
  const headerBytes = 20 + options.length;
  return concat(
    bytes(0x40 | (headerBytes / 4), 0),
    u16(fields.totalLength ?? headerBytes + payload.length),
    u16(id),
    u16((more ? 0x2000 : 0) | (fragmentOffset >> 3)),
    bytes(64, protocol, 0, 0),
    ipv4Address(source),
    ipv4Address(destination),
    options,
    payload,
  );
}

export interface Ipv6Fields {
  readonly source: string;
  readonly destination: string;
  readonly next: number;
  readonly payload: Bytes;
}

export function ipv6({ source, destination, next, payload }: Ipv6Fields): Bytes {
  const head = concat(u32(0x60000000), u16(payload.length), bytes(next, 64));
  return concat(head, ipv6Address(source), ipv6Address(destination), payload);
}

const ipv4Address = (address: string): Bytes => Uint8Array.from(address.split(".").map(Number));

function ipv6Address(address: string): Bytes {
  const [head = "", tail = ""] = address.split("::");
  const groups = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const [before, after] = [groups(head), groups(tail)];
  const zeros = new Array<number>(8 - before.length - after.length).fill(0);
  return concat(...[...before, ...zeros, ...after].map(u16));
}

/** The datagram's payload cut after each of these offsets (multiples of 8), as IPv4 fragments. */
export function ipv4Fragments(fields: Ipv4Fields, cuts: readonly number[]): Bytes[] {
  const edges = [0, ...cuts, fields.payload.length];
  return edges.slice(1).map((end, index) => {
    const start = edges[index]!;
    const payload = fields.payload.subarray(start, end);
    return ipv4({ ...fields, payload, fragmentOffset: start, more: end < fields.payload.length });
  });
}

// ── Link ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const isV6 = (datagram: Bytes): boolean => datagram[0]! >> 4 === 6;
const etherType = (datagram: Bytes): Bytes => u16(isV6(datagram) ? 0x86dd : 0x0800);
const ADDRESSES = bytes(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2);

/** With the tags' EtherTypes in front, e.g. `[0x88a8, 0x8100]`. */
export function ethernet(datagram: Bytes, tags: readonly number[] = [], padding = 0): Bytes {
  const tagged = tags.map((tag, index) => concat(u16(tag), u16(100 + index)));
  return concat(ADDRESSES, ...tagged, etherType(datagram), datagram, new Uint8Array(padding));
}

/** IEEE 802.3 with LLC and SNAP. */
export const snap = (datagram: Bytes): Bytes =>
  concat(ADDRESSES, u16(datagram.length + 8), bytes(0xaa, 0xaa, 3, 0, 0, 0), etherType(datagram), datagram);

export const cooked = (datagram: Bytes, tags: readonly number[] = []): Bytes =>
  concat(
    u16(0),
    u16(1),
    u16(6),
    new Uint8Array(8),
    ...tags.map((tag) => concat(u16(tag), u16(7))),
    etherType(datagram),
    datagram,
  );

export const cooked2 = (datagram: Bytes): Bytes =>
  concat(etherType(datagram), u16(0), u32(2), u16(1), bytes(0, 6), new Uint8Array(8), datagram);

/** With the rest of a VLAN tag, as the kernel leaves it there. */
export const cooked2Tagged = (datagram: Bytes): Bytes =>
  concat(u16(0x8100), u16(0), u32(2), u16(1), bytes(0, 6), new Uint8Array(8), u16(100), etherType(datagram), datagram);

export function loopback(datagram: Bytes, order: "little" | "big", family6 = 30): Bytes {
  const family = u32(isV6(datagram) ? family6 : 2);
  return concat(order === "little" ? family.reverse() : family, datagram);
}
