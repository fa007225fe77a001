import { type Bytes, bytes, concat } from "./packets.ts";

export interface Packet {
  /** Nanoseconds since 1970. */
  readonly wall: bigint;
  readonly bytes: Bytes;
  /** How much of it the capture kept. */
  readonly captured?: number;
}

export type Order = "little" | "big";

class Writer {
  readonly #order: Order;
  constructor(order: Order) {
    this.#order = order;
  }
  u16 = (value: number): Bytes => this.#ordered(bytes(value >> 8, value & 255));
  u32 = (value: number): Bytes =>
    this.#ordered(bytes(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255));
  u64 = (value: bigint): Bytes => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt.asUintN(64, value), this.#order === "little");
    return new Uint8Array(view.buffer);
  };
  #ordered(big: Bytes): Bytes {
    return this.#order === "little" ? big.reverse() : big;
  }
}

export interface PcapOptions {
  readonly order?: Order;
  readonly unit?: "micros" | "nanos";
  readonly linkType?: number;
}

export function pcap(packets: readonly Packet[], options: PcapOptions = {}): Bytes {
  const { order = "little", unit = "micros", linkType = 1 } = options;
  const { u16, u32 } = new Writer(order);
  const magic = unit === "micros" ? 0xa1b2c3d4 : 0xa1b23c4d;
  const header = concat(u32(magic), u16(2), u16(4), u32(0), u32(0), u32(262_144), u32(linkType));
  const scale = unit === "micros" ? 1_000n : 1n;
  return concat(
    header,
    ...packets.map(({ wall, bytes: whole, captured = whole.length }) =>
      concat(
        u32(Number(wall / 1_000_000_000n)),
        u32(Number((wall % 1_000_000_000n) / scale)),
        u32(captured),
        u32(whole.length),
        whole.subarray(0, captured),
      ),
    ),
  );
}

export interface Option {
  readonly code: number;
  readonly value: Bytes;
}

export interface InterfaceFields {
  readonly linkType?: number;
  readonly snapLength?: number;
  readonly options?: readonly Option[];
}

/** The blocks of a pcapng file in one byte order. */
export class PcapngBlocks {
  readonly #writer: Writer;

  constructor(order: Order = "little") {
    this.#writer = new Writer(order);
  }

  u64 = (value: bigint): Bytes => this.#writer.u64(value);
  u32 = (value: number): Bytes => this.#writer.u32(value);

  block(type: number, body: Bytes, options: readonly Option[] = []): Bytes {
    const { u16, u32 } = this.#writer;
    const list = options.map(({ code, value }) => concat(u16(code), u16(value.length), padded(value)));
    const end = options.length === 0 ? bytes() : bytes(0, 0, 0, 0);
    const content = concat(padded(body), ...list, end);
    const length = u32(content.length + 12);
    return concat(u32(type), length, content, length);
  }

  section(options: readonly Option[] = []): Bytes {
    const { u16, u32 } = this.#writer;
    return this.block(0x0a0d0d0a, concat(u32(0x1a2b3c4d), u16(1), u16(0), this.u64(-1n)), options);
  }

  interface({ linkType = 1, snapLength = 0, options = [] }: InterfaceFields = {}): Bytes {
    const { u16, u32 } = this.#writer;
    return this.block(1, concat(u16(linkType), u16(0), u32(snapLength)), options);
  }

  /** `ticks` in the interface's own resolution. */
  packet(
    number: number,
    ticks: bigint,
    whole: Bytes,
    more: { options?: readonly Option[]; captured?: number } = {},
  ): Bytes {
    const { u32 } = this.#writer;
    const captured = more.captured ?? whole.length;
    const stamp = concat(u32(Number(ticks >> 32n)), u32(Number(ticks & 0xffff_ffffn)));
    const head = concat(u32(number), stamp, u32(captured), u32(whole.length));
    return this.block(6, concat(head, padded(whole.subarray(0, captured))), more.options);
  }

  simple(whole: Bytes, captured = whole.length): Bytes {
    return this.block(3, concat(this.#writer.u32(whole.length), padded(whole.subarray(0, captured))));
  }

  obsolete(number: number, ticks: bigint, whole: Bytes): Bytes {
    const { u16, u32 } = this.#writer;
    const stamp = concat(u32(Number(ticks >> 32n)), u32(Number(ticks & 0xffff_ffffn)));
    const head = concat(u16(number), u16(0), stamp, u32(whole.length), u32(whole.length));
    return this.block(2, concat(head, padded(whole)));
  }
}

const padded = (value: Bytes): Bytes => concat(value, new Uint8Array((4 - (value.length % 4)) % 4));
