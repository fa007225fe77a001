import type { Conversation } from "./conversation.ts";
import { FlowTable } from "./flow-table.ts";
import { FLAG, type TcpHeader } from "./tcp-connection.ts";

const ACCEPTORS_MAX = 65_536;

/** Which end of a TCP connection is the device, whose bytes are `rx`. */
export class DeviceSide {
  readonly #ports: ReadonlySet<number>;
  /** Ends that have accepted a connection in this capture. */
  readonly #accepted4 = new FlowTable<true>(2, ACCEPTORS_MAX, () => {});
  readonly #accepted6 = new FlowTable<true>(5, ACCEPTORS_MAX, () => {});
  readonly #key4 = new Int32Array(2);
  readonly #key6 = new Int32Array(5);

  /** The ports that the user named, if any. */
  constructor(ports: ReadonlySet<number>) {
    this.#ports = ports;
  }

  /** Looks at every segment: the sender of a SYN with ACK accepts. */
  see(conversation: Conversation, header: TcpHeader): void {
    if ((header.flags & (FLAG.syn | FLAG.ack)) !== (FLAG.syn | FLAG.ack)) return;
    const key = this.#key(conversation, header.fromLow);
    const table = conversation.version === 4 ? this.#accepted4 : this.#accepted6;
    if (table.find(key) === undefined) table.set(key, true);
  }

  /**
   * Whether the low end of a connection that begins with this segment is the device. The end that accepts is: the receiver of a SYN,
   * the sender of its SYN with ACK. But an end that has accepted others before, on this very port, and now calls is still the
   * device. Without a handshake it is the end that has accepted others; else it is guessed by the ports.
   */
  isLow(conversation: Conversation, header: TcpHeader): boolean {
    const low = this.#hasAccepted(conversation, true);
    const known = low !== this.#hasAccepted(conversation, false);
    if ((header.flags & FLAG.syn) === 0) return known ? low : conversation.guessDeviceIsLow(this.#ports);
    const acceptorIsLow = header.fromLow === ((header.flags & FLAG.ack) !== 0);
    return known ? low : acceptorIsLow;
  }

  #hasAccepted(conversation: Conversation, low: boolean): boolean {
    const table = conversation.version === 4 ? this.#accepted4 : this.#accepted6;
    return table.find(this.#key(conversation, low)) !== undefined;
  }

  #key(conversation: Conversation, low: boolean): Int32Array {
    const key = conversation.version === 4 ? this.#key4 : this.#key6;
    conversation.endpointKey(low, key);
    return key;
  }
}
