import { isIPv4, isIPv6 } from "node:net";
import type { ChannelRecord } from "../../../tape/record.ts";

/** One end of a conversation in a synthesized packet. */
export interface Endpoint {
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  readonly port: number;
}

export interface Endpoints {
  readonly device: Endpoint;
  readonly other: Endpoint;
}

/** RFC 5737: addresses for documentation, for ends whose address the tape does not know. */
const UNKNOWN_DEVICE = [192, 0, 2, 2];
const UNKNOWN_OTHER = [192, 0, 2, 1];
/** RFC 6335: dynamic ports. */
const DYNAMIC_PORT = 49_152;

/**
 * The two ends of a TCP or UDP channel, from its source (`tcp:HOST:PORT`) and what recorders note in its settings. What is not known is made
 * up, always in the same way. `undefined` if the channel is neither.
 */
export function endpointsOf(channel: ChannelRecord): Endpoints | undefined {
  const source = /^(tcp|udp):(.*)$/.exec(channel.source);
  if (source === null) return undefined;
  const { settings } = channel;
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  const device = parse(text(settings["device"]) || (source[2] ?? ""));
  const other = parse(text(settings["client"]) || text(settings["local"]) || text(settings["listen"]));
  const ends = {
    device: { address: device?.address ?? Uint8Array.from(UNKNOWN_DEVICE), port: device?.port ?? DYNAMIC_PORT },
    other: {
      address: other?.address ?? Uint8Array.from(UNKNOWN_OTHER),
      port: other?.port ?? DYNAMIC_PORT + 1 + (channel.channel % 16_000),
    },
  };
  return ends.device.address.length === ends.other.address.length
    ? ends
    : {
        device: { ...ends.device, address: mapped(ends.device.address) },
        other: { ...ends.other, address: mapped(ends.other.address) },
      };
}

/** `HOST:PORT` or `[IPv6]:PORT`; the address of a host's name is not known. */
function parse(text: string): { readonly address: Uint8Array | undefined; readonly port: number } | undefined {
  const parts = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text);
  if (parts === null || Number(parts[3]) > 65_535) return undefined;
  const host = (parts[1] ?? parts[2] ?? "").replace(/%.*$/, "");
  const port = Number(parts[3]);
  if (isIPv4(host)) return { address: Uint8Array.from(host.split(".").map(Number)), port };
  return { address: isIPv6(host) ? ipv6Bytes(host) : undefined, port };
}

/** An address that `isIPv6` has accepted. */
function ipv6Bytes(host: string): Uint8Array {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host);
  const [, start = "", ...last] = dotted ?? [];
  const [a = 0, b = 0, c = 0, d = 0] = last.map(Number);
  const plain = dotted === null ? host : `${start}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  const [head = "", tail] = plain.split("::");
  const groups = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const before = groups(head);
  const after = groups(tail ?? "");
  const all = [...before, ...new Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 255]));
}

/** RFC 4291 §2.5.5.2: an IPv4 address among IPv6 ones. */
function mapped(address: Uint8Array): Uint8Array {
  return address.length === 16 ? address : Uint8Array.from([...new Array<number>(10).fill(0), 255, 255, ...address]);
}
