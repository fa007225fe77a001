import { ByteBuilder } from "./byte-builder.ts";

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const TEXT = new TextEncoder();
/** An option's length has 16 bits. */
const OPTION_BYTES_MAX = 65_535;

export interface PcapngOption {
  readonly code: number;
  readonly value: Uint8Array | string;
}

/** Writes blocks of draft-ietf-opsawg-pcapng, little-endian. */
export class PcapngBlocks {
  readonly out = new ByteBuilder();
  /** Where the block that is being written began; -1 between blocks. */
  #start = -1;

  begin(type: number): void {
    this.#start = this.out.end;
    this.out.u32(type);
    this.out.u32(0);
  }

  /** Ends the block that was begun last, with these options. */
  finish(options: readonly PcapngOption[]): void {
    const { out } = this;
    for (const { code, value } of options) {
      const bytes = typeof value === "string" ? TEXT.encode(value) : value;
      out.u16(code);
      out.u16(bytes.length);
      const start = out.end;
      out.bytes(bytes);
      out.pad(start);
    }
    if (options.length > 0) out.u32(0);
    const length = out.end + 4 - this.#start;
    out.u32(length);
    out.setU32(this.#start + 4, length);
    this.#start = -1;
  }

  section(options: readonly PcapngOption[]): void {
    this.begin(0x0a0d0d0a);
    this.out.u32(BYTE_ORDER_MAGIC);
    this.out.u16(1);
    this.out.u16(0);
    // The section's length is not known beforehand.
    this.out.u32(0xffff_ffff);
    this.out.u32(0xffff_ffff);
    this.finish(options);
  }

  interface(linkType: number, options: readonly PcapngOption[]): void {
    this.begin(1);
    this.out.u16(linkType);
    this.out.u16(0);
    this.out.u32(0);
    this.finish(options);
  }

  /** Begins an enhanced packet block up to its packet, whose length `finishPacket` puts in. */
  beginPacket(number: number, stamp: bigint): void {
    this.begin(6);
    this.out.u32(number);
    this.out.u32(Number((stamp >> 32n) & 0xffff_ffffn));
    this.out.u32(Number(stamp & 0xffff_ffffn));
    this.out.u32(0);
    this.out.u32(0);
  }

  /** The packet is whole; its options follow with `finish`. */
  endPacketBytes(): void {
    const length = this.out.end - (this.#start + 28);
    this.out.setU32(this.#start + 20, length);
    this.out.setU32(this.#start + 24, length);
    this.out.pad(this.#start);
  }

  /** A statistics block without statistics: only words. */
  words(number: number, options: readonly PcapngOption[]): void {
    this.begin(5);
    this.out.u32(number);
    this.out.u32(0);
    this.out.u32(0);
    this.finish(options);
  }

  /** Bytes of whole blocks. */
  take(): Uint8Array {
    const until = this.#start < 0 ? this.out.end : this.#start;
    if (this.#start > 0) this.#start = 0;
    return this.out.take(until);
  }
}

/** Whether a text fits into an option. */
export function fitsOption(text: string): boolean {
  return text.length * 3 <= OPTION_BYTES_MAX || TEXT.encode(text).length <= OPTION_BYTES_MAX;
}
