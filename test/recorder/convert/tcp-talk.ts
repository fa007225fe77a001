import type { Packet } from "./capture-files.ts";
import { ACK, type Bytes, ethernet, FIN, ipv4, ipv6, RST, SYN, tcp, text } from "./packets.ts";

/** 2026-11-20T12:00:00Z. */
export const NOON = 1_795_176_000_000_000_000n;
const MILLI = 1_000_000n;

export interface TalkOptions {
  readonly callerPort?: number;
  readonly devicePort?: number;
  /** First sequence numbers of the two ends. */
  readonly callerStart?: number;
  readonly deviceStart?: number;
  /** The caller is 10.0.0.2 and the device 10.0.0.1. */
  readonly turned?: boolean;
  readonly version?: 4 | 6;
  /** What goes around the datagram. */
  readonly wrap?: (datagram: Bytes) => Bytes;
}

type End = "caller" | "device";

/**
 * A conversation between a caller (10.0.0.1) and a device (10.0.0.2) as its packets, one each millisecond. Offsets count bytes
 * of an end from 0, whatever its first sequence number.
 */
export class TcpTalk {
  readonly packets: Packet[] = [];
  readonly #options: Required<TalkOptions>;
  #now = 0n;

  constructor(options: TalkOptions = {}) {
    this.#options = {
      callerPort: 40_000,
      devicePort: 502,
      callerStart: 1000,
      deviceStart: 5000,
      turned: false,
      version: 4,
      wrap: ethernet,
      ...options,
    };
  }

  handshake(): this {
    return this.syn().synAck().ack("caller", 0);
  }

  syn(): this {
    return this.#add("caller", -1, { flags: SYN });
  }

  synAck(): this {
    return this.#add("device", -1, { flags: SYN | ACK, acknowledged: 0 });
  }

  /** `acknowledged` counts the other end's bytes. */
  ack(end: End, acknowledged: number, offset = 0): this {
    return this.#add(end, offset, { flags: ACK, acknowledged });
  }

  says(
    end: End,
    offset: number,
    payload: string,
    more: { acknowledged?: number; captured?: number; flags?: number } = {},
  ): this {
    return this.#add(end, offset, { flags: ACK, payload, ...more });
  }

  fin(end: End, offset: number, acknowledged = 0): this {
    return this.#add(end, offset, { flags: FIN | ACK, acknowledged });
  }

  rst(end: End, offset: number): this {
    return this.#add(end, offset, { flags: RST });
  }

  waits(millis: number): this {
    this.#now += BigInt(millis) * MILLI;
    return this;
  }

  #add(
    end: End,
    offset: number,
    more: { flags: number; payload?: string; acknowledged?: number; captured?: number },
  ): this {
    const { callerPort, devicePort, callerStart, deviceStart, turned, version, wrap } = this.#options;
    const [own, other] = end === "caller" ? [callerStart, deviceStart] : [deviceStart, callerStart];
    const segment = tcp({
      from: end === "caller" ? callerPort : devicePort,
      to: end === "caller" ? devicePort : callerPort,
      sequence: own + 1 + offset,
      acknowledged: (more.flags & ACK) === 0 ? 0 : other + 1 + (more.acknowledged ?? 0),
      flags: more.flags,
      payload: text(more.payload ?? ""),
    });
    const ends = version === 4 ? (["10.0.0.1", "10.0.0.2"] as const) : (["2001:db8::1", "2001:db8::2"] as const);
    const [source, destination] = (end === "caller") !== turned ? ends : ([ends[1], ends[0]] as const);
    const whole = wrap(
      version === 4
        ? ipv4({ source, destination, protocol: 6, payload: segment })
        : ipv6({ source, destination, next: 6, payload: segment }),
    );
    const captured =
      more.captured === undefined ? whole.length : whole.length - (more.payload ?? "").length + more.captured;
    this.packets.push({ wall: NOON + this.#now, bytes: whole, captured });
    this.#now += MILLI;
    return this;
  }
}
