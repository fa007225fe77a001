import { FieldtapeError } from "../../../errors.ts";
import type { Decoder } from "../decoder.ts";
import type { RecordSink } from "../record-sink.ts";
import type { CaptureReader } from "./captured-packet.ts";
import { PacketDissector } from "./packet-dissector.ts";
import { isPcapMagic, PcapReader } from "./pcap-reader.ts";
import { BLOCK, PcapngReader } from "./pcapng-reader.ts";

/** Capture files, pcap and pcapng, also of both kinds in one import; their conversations go on from file to file. */
export class CaptureDecoder implements Decoder {
  readonly #records: RecordSink;
  readonly #dissector: PacketDissector;
  #reader: CaptureReader | undefined;
  /** The first bytes of a file, until there are enough of them to tell which kind it is. */
  #first: Uint8Array = new Uint8Array(0);

  constructor(records: RecordSink, ports: ReadonlySet<number>) {
    this.#records = records;
    this.#dissector = new PacketDissector(records, ports);
  }

  beginFile(): void {
    this.#reader = undefined;
    this.#first = new Uint8Array(0);
  }

  push(chunk: Uint8Array): void {
    let bytes = chunk;
    if (this.#reader === undefined) {
      bytes = new Uint8Array(this.#first.length + chunk.length);
      bytes.set(this.#first);
      bytes.set(chunk, this.#first.length);
      this.#first = bytes;
      if (bytes.length < 4) return;
      this.#reader = this.#readerOf(new DataView(bytes.buffer).getUint32(0));
    }
    this.#reader.push(bytes);
  }

  endFile(): void {
    if (this.#reader === undefined) throw new FieldtapeError("INPUT_MALFORMED", "no capture file: it is too short");
    this.#reader.end();
  }

  end(): void {
    this.#dissector.end();
  }

  #readerOf(magic: number): CaptureReader {
    if (isPcapMagic(magic)) return new PcapReader(this.#records, this.#dissector);
    if (magic === BLOCK.section) return new PcapngReader(this.#records, this.#dissector);
    throw new FieldtapeError("INPUT_MALFORMED", "no capture file: neither pcap nor pcapng", {
      hint: "--format says what it is; without it the content is looked at",
    });
  }
}
