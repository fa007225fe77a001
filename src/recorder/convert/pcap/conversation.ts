import type { NewChannel } from "../record-sink.ts";
import { addressText, type IpHeader } from "./ip-header.ts";

/**
 * Which two ends a packet is between, whichever of them sent it: the low end is the one whose address, then port, comes first.
 * One such object is used for all packets.
 */
export class Conversation {
  /** Ports in one word, low end's first, then its address, then the other's: 1 + 2 × 1 or 1 + 2 × 4 words. */
  readonly key4 = new Int32Array(3);
  readonly key6 = new Int32Array(9);
  version: 4 | 6 = 4;
  /** The packet was sent by the low end. */
  fromLow = true;
  lowPort = 0;
  highPort = 0;

  set(header: IpHeader, sourcePort: number, destinationPort: number): void {
    this.version = header.version;
    const addressWords = header.version === 4 ? 1 : 4;
    const order = compare(header.words, addressWords) || sourcePort - destinationPort;
    this.fromLow = order <= 0;
    this.lowPort = this.fromLow ? sourcePort : destinationPort;
    this.highPort = this.fromLow ? destinationPort : sourcePort;
    const key = header.version === 4 ? this.key4 : this.key6;
    const low = this.fromLow ? 0 : 4;
    key[0] = (this.lowPort << 16) | this.highPort;
    for (let word = 0; word < addressWords; word++) {
      key[1 + word] = header.words[low + word] ?? 0;
      key[1 + addressWords + word] = header.words[4 - low + word] ?? 0;
    }
  }

  get key(): Int32Array {
    return this.version === 4 ? this.key4 : this.key6;
  }

  /** Names one end by its address and port, in `into`: 1 + 1 or 1 + 4 words. */
  endpointKey(low: boolean, into: Int32Array): void {
    const words = this.version === 4 ? 1 : 4;
    into[0] = low ? this.lowPort : this.highPort;
    for (let word = 0; word < words; word++) into[1 + word] = this.key[(low ? 1 : 1 + words) + word] ?? 0;
  }

  /**
   * Whether the low end is the device where no handshake says it: the end with one of these ports, else the lower port, else the
   * end that the packet goes to (who asks speaks first) — or, where that is a group of receivers, the end that sent it.
   */
  guessDeviceIsLow(ports: ReadonlySet<number>): boolean {
    const lowListed = ports.has(this.lowPort);
    if (lowListed !== ports.has(this.highPort)) return lowListed;
    if (this.lowPort !== this.highPort) return this.lowPort < this.highPort;
    return this.fromLow === this.#goesToGroup();
  }

  channel(protocol: "tcp" | "udp", deviceIsLow: boolean): NewChannel {
    const [low, high] = [this.#endpoint(true), this.#endpoint(false)];
    const [device, peer] = deviceIsLow ? [low, high] : [high, low];
    return {
      name: `${peer}-${device}`,
      kind: protocol === "tcp" ? "stream" : "datagram",
      source: `${protocol}:${device}`,
      settings: { role: "capture", client: peer, device },
    };
  }

  #endpoint(low: boolean): string {
    const words = this.version === 4 ? 1 : 4;
    const address = addressText(this.version, this.key, low ? 1 : 1 + words);
    return `${this.version === 4 ? address : `[${address}]`}:${low ? this.lowPort : this.highPort}`;
  }

  /** Broadcast or multicast: 224.0.0.0/4 and 255.255.255.255, ff00::/8. */
  #goesToGroup(): boolean {
    const words = this.version === 4 ? 1 : 4;
    const first = (this.key[this.fromLow ? 1 + words : 1] ?? 0) >>> 24;
    return this.version === 4 ? first >= 224 : first === 255;
  }
}

/** Below 0: the source comes first. */
function compare(words: Int32Array, count: number): number {
  for (let word = 0; word < count; word++) {
    const difference = ((words[word] ?? 0) >>> 0) - ((words[4 + word] ?? 0) >>> 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
