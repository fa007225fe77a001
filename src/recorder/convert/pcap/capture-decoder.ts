import { FieldtapeError } from "../../../errors.ts";
import type { Decoder } from "../decoder.ts";
import type { RecordSink } from "../record-sink.ts";
import type { CapturedPacket, CaptureReader, CaptureSink } from "./captured-packet.ts";
import { OwnCapture, ownHeader } from "./own-capture.ts";
import { PacketDissector } from "./packet-dissector.ts";
import { isPcapMagic, PcapReader } from "./pcap-reader.ts";
import { BLOCK, PcapngReader } from "./pcapng-reader.ts";

/** Capture files, pcap and pcapng, also of both kinds in one import; their conversations go on from file to file. */
export class CaptureDecoder implements Decoder {
  readonly #records: RecordSink;
  readonly #dissector: PacketDissector;
  readonly #sections: SectionSwitch;
  #reader: CaptureReader | undefined;
  /** The first bytes of a file, until there are enough of them to tell which kind it is. */
  #first: Uint8Array = new Uint8Array(0);

  constructor(records: RecordSink, ports: ReadonlySet<number>) {
    this.#records = records;
    this.#dissector = new PacketDissector(records, ports);
    this.#sections = new SectionSwitch(this.#dissector, new OwnCapture(records, ports));
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
    if (isPcapMagic(magic)) return new PcapReader(this.#records, this.#sections);
    if (magic === BLOCK.section) return new PcapngReader(this.#records, this.#sections);
    throw new FieldtapeError("INPUT_MALFORMED", "no capture file: neither pcap nor pcapng", {
      hint: "--format says what it is; without it the content is looked at",
    });
  }
}

/** What fieldtape has exported is read as what it was; everybody else's captures are dissected. */
class SectionSwitch implements CaptureSink {
  readonly #dissector: PacketDissector;
  readonly #own: OwnCapture;
  #current: CaptureSink;

  constructor(dissector: PacketDissector, own: OwnCapture) {
    this.#dissector = dissector;
    this.#own = own;
    this.#current = dissector;
  }

  section(application: string | undefined, comments: readonly string[]): void {
    const header = ownHeader(application, comments);
    this.#current = header === undefined ? this.#dissector : this.#own;
    if (header !== undefined) this.#own.begin(header);
  }

  interface(comments: readonly string[]): void {
    this.#current.interface(comments);
  }

  comments(texts: readonly string[]): void {
    this.#current.comments(texts);
  }

  packet(packet: CapturedPacket): void {
    this.#current.packet(packet);
  }
}
